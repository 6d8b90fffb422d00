package show

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// InMarkdown escapes a text for a paragraph and for a cell of a table. It makes no link of an
// address, and on GitHub neither a mention of @somebody, who would be notified, nor a reference to an issue.
func InMarkdown(text string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "~", `\~`, "$", `\$`,
		"@", "@<!-- -->", "#", "#<!-- -->", "://", `:\//`, "www.", `www\.`,
	).Replace(term.Escape(text))
}

// InCode returns a text as code in Markdown, which GitHub and GitLab leave as it is. What could end the code, or the cell of a
// table that it is in, is written as a number.
func InCode(text string) string {
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

// HintsMarkdown prints what to do next, as a list.
func HintsMarkdown(out *term.Printer, hints []string) {
	for _, each := range hints {
		command, remark, _ := strings.Cut(each, "   ")
		switch {
		case !IsCommand(each):
			out.Printf("- %s\n", InMarkdown(each))
		case remark == "":
			out.Printf("- %s\n", InCode(command))
		default:
			out.Printf("- %s: %s\n", InCode(command), InMarkdown(strings.TrimSpace(remark)))
		}
	}
}
