package show

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// Hint prints a hint: a sentence, or a command that can be pasted.
func Hint(out *term.Printer, text string) { out.Print(out.Hint(text, IsCommand(text))) }

// IsCommand reports whether a hint is a command or flag that can be pasted into a shell.
func IsCommand(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	return strings.HasPrefix(first, "--") || slices.Contains([]string{"spothandler", "aws", "eval", "export", "unset", "terraform"}, first)
}
