package apperr

import (
	"os/exec"
	"runtime"
	"testing"
)

// A quoted word is printable, and a shell reads the word from it.
func TestQuote(t *testing.T) {
	bash, err := exec.LookPath("bash")
	for word, want := range map[string]string{
		"shop/api":        "shop/api",
		"":                "''",
		"two words":       "'two words'",
		"it's":            `'it'\''s'`,
		"größe":           "'größe'",
		"sh\nop":          `$'sh\nop'`,
		"a\tb\\'\x1b7":    `$'a\tb\\\'\0337'`,
		"\xff1":           `$'\3771'`,
		"\u202etxt\u200b": `$'\U0000202etxt\U0000200b'`,
	} {
		if got := Quote(word); got != want {
			t.Errorf("%q is quoted as %s, want %s", word, got, want)
		}
		if err != nil || runtime.GOOS != "linux" { // the old bash of macOS does not know \U
			continue
		}
		command := exec.CommandContext(t.Context(), bash, "-c", "printf %s "+want)
		command.Env = append(command.Environ(), "LC_ALL=C.UTF-8")
		if read, err := command.Output(); err != nil || string(read) != word {
			t.Errorf("bash reads %q from %s (%v)", read, want, err)
		}
	}
}
