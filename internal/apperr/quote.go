package apperr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote quotes a word for a POSIX shell where necessary, for hints and other
// printed commands. A word with characters that are not printable is quoted
// as $'...', since the terminal would show them as escape sequences.
func Quote(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@+%"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	if !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return escaped(word)
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// escaped returns a word as $'...', in which every character is printable.
func escaped(word string) string {
	var out strings.Builder
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		switch {
		case r == '\\' || r == '\'':
			out.WriteString(`\` + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t':
			out.WriteString(`\t`)
		case r < utf8.RuneSelf && !unicode.IsPrint(r), r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\%03o`, word[0]) // unlike \x, it ends after three digits
		case !unicode.IsPrint(r):
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			out.WriteRune(r)
		}
		word = word[size:]
	}
	return "$'" + out.String() + "'"
}
