package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// errorAnswer is how an error looks under -o json.
type errorAnswer struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Detail  []string `json:"detail"`
	Hints   []string `json:"hints"`
}

func bodyOf(err *apperr.Error) errorBody {
	return errorBody{err.Code, err.Message, append([]string{}, err.Detail...), append([]string{}, err.Hints...)}
}

// known is an error as it is shown: with a code, and with a hint.
func (a *app) known(err error) *apperr.Error {
	var known *apperr.Error
	if !errors.As(err, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error()}
	}
	if len(known.Hints) == 0 {
		known = a.withLastResort(known)
	}
	return known
}

// printError shows one error and its cure, on stderr and, under -o json, on stdout as well.
func (a *app) printError(err error) {
	known := a.known(err)
	a.err.Print(a.err.Verdict(known.Message))
	for _, line := range known.Detail {
		a.err.Print(a.err.Paragraph("  ", line))
	}
	for _, each := range known.Hints {
		hint(a.err, each)
	}
	if a.json() {
		_ = a.out.JSON(errorAnswer{bodyOf(known)})
	}
}

// withLastResort is an error for which nothing better is known than to look closer.
func (a *app) withLastResort(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{a.retype() + " --verbose   the same, with every call to AWS"}
	if a.verbose {
		hinted.Hints = []string{"the last calls above are those that failed"}
	}
	return &hinted
}

// hint shows what to do next: in words, or what can be pasted.
func hint(out *term.Printer, text string) {
	first, _, _ := strings.Cut(text, " ")
	command := strings.HasPrefix(first, "--") || slices.Contains([]string{"spothandler", "aws", "eval", "export", "unset", "terraform"}, first)
	out.Print(out.Hint(text, command))
}

func (a *app) printInterrupted(err error) {
	message := "interrupted"
	var known *apperr.Error
	if errors.As(err, &known) && known.Code == apperr.CodeInterrupted {
		message = known.Message
	}
	a.err.Print(a.err.Note("", message))
	hint(a.err, a.retype())
	if a.json() {
		_ = a.out.JSON(errorAnswer{bodyOf(&apperr.Error{Code: apperr.CodeInterrupted, Message: message, Hints: []string{a.retype()}})})
	}
}

// retype is the command as it was typed, to be pasted again.
func (a *app) retype() string {
	words := []string{"spothandler"}
	for _, arg := range a.args {
		words = append(words, quote(arg))
	}
	return strings.Join(words, " ")
}

// scope is the flags that make another command be about the same installation: what was typed of them.
func (a *app) scope(prefix string) string {
	var out strings.Builder
	for _, flag := range []struct{ name, value string }{
		{"prefix", prefix}, {"region", a.region}, {"profile", a.profile}, {"role-arn", a.roleARN},
	} {
		if flag.value != "" {
			fmt.Fprintf(&out, " --%s %s", flag.name, quote(flag.value))
		}
	}
	return out.String()
}

// without is the typed command less some flags that take no value.
func (a *app) without(flags ...string) string {
	copied := *a
	copied.args = nil
	for _, arg := range a.args {
		keep := true
		for _, flag := range flags {
			keep = keep && arg != flag
		}
		if keep {
			copied.args = append(copied.args, arg)
		}
	}
	return copied.retype()
}

func quote(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@+%"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
