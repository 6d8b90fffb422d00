package cli

import "strings"

// inMarkdown keeps a text from being Markdown itself.
func inMarkdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`).Replace(text)
}
