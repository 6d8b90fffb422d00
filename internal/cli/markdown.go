package cli

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// inMarkdown keeps a text from being Markdown itself, in a paragraph and in a cell of a table. It makes no link of an
// address, and on GitHub neither a mention of @somebody, who would be notified, nor a reference to an issue.
func inMarkdown(text string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "~", `\~`, "$", `\$`,
		"@", "@<!-- -->", "#", "#<!-- -->", "://", `:\//`, "www.", `www\.`,
	).Replace(term.Escape(text))
}

// inCode is a text as code in Markdown, which GitHub and GitLab leave as it is. What could end the code, or the cell of a
// table that it is in, is written as a number.
func inCode(text string) string {
	const longest = 200 // characters: a comment is read, and has no room for a policy in one line
	text = term.Escape(text)
	if all := []rune(text); len(all) > longest {
		text = string(all[:longest]) + "…"
	}
	if text == "" {
		text = `""`
	}
	if regexp.MustCompile(`^[A-Za-z0-9./:+=@"(-](?:[A-Za-z0-9 ./:+=@",;()*_$-]*[A-Za-z0-9./:+=@"*)_-])?$`).MatchString(text) {
		return "`" + text + "`"
	}
	var out strings.Builder
	for _, r := range text {
		if r < unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' {
			fmt.Fprintf(&out, "&#%d;", r)
			continue
		}
		out.WriteRune(r)
	}
	return "<code>" + out.String() + "</code>"
}

// printHints shows what to do next, in Markdown.
func printHints(out *term.Printer, hints []string) {
	for _, each := range hints {
		command, remark, _ := strings.Cut(each, "   ")
		switch {
		case !show.IsCommand(each):
			out.Printf("- %s\n", inMarkdown(each))
		case remark == "":
			out.Printf("- %s\n", inCode(command))
		default:
			out.Printf("- %s: %s\n", inCode(command), inMarkdown(strings.TrimSpace(remark)))
		}
	}
}
