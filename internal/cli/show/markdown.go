package show

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// InMarkdown escapes a text for a Markdown paragraph or table cell. URLs do not become links and, on GitHub, @name and
// #number become neither mentions, which would notify, nor references.
func InMarkdown(text string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "~", `\~`, "$", `\$`,
		"@", "@<!-- -->", "#", "#<!-- -->", "://", `:\//`, "www.", `www\.`,
	).Replace(term.Escape(text))
}

// InCode returns a text as Markdown code, which GitHub and GitLab do not interpret. Characters that could end the code or its
// table cell are written as numeric character references. Texts of more than 200 characters are shortened.
func InCode(text string) string {
	const longest = 200 // characters; a policy in one line would be unreadable
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

// HintsMarkdown prints hints as a list.
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
