package term

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// longestText is the maximum size of a printed text in bytes. The longest text from AWS is an inline policy of 10,240
// characters (IAM quotas).
const longestText = 16 << 10

// cut is the end of a truncated text.
const cut = " [cut]"

// Escape makes an untrusted text safe to print on a terminal. It replaces characters that are not printable (control
// characters such as ESC, line breaks, tabs and C1, bidirectional and other invisible characters, invalid UTF-8) by Go
// escape sequences, and truncates texts longer than 16 KiB. Escape is idempotent.
func Escape(text string) string {
	if len(text) <= longestText && !strings.ContainsFunc(text, hidden) && utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 && out.Len() <= longestText {
		r, size := utf8.DecodeRuneInString(text)
		piece := text[:size]
		if hidden(r) || r == utf8.RuneError && size == 1 {
			quoted := strconv.Quote(piece)
			piece = quoted[1 : len(quoted)-1]
		}
		out.WriteString(piece)
		text = text[size:]
	}
	return bounded(out.String())
}

func hidden(r rune) bool { return !strconv.IsPrint(r) }

func bounded(text string) string {
	if len(text) <= longestText {
		return text
	}
	end := longestText - len(cut)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + cut
}
