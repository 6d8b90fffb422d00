package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// errorAnswer is how an error looks under -o json.
type errorAnswer struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Code    string `json:"code"`
}

// printError shows one error and its cure, on stderr and, under -o json, on stdout as well.
func (a *app) printError(err error) {
	var known *apperr.Error
	if !errors.As(err, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error()}
	}
	if len(known.Hints) == 0 {
		known = a.withLastResort(known)
	}
	st := a.errStyle()
	message := []string{st.plain(known.Message)}
	if a.errTTY { // a log keeps it whole, to be searched for
		message = st.wrap(known.Message, st.width-2)
	}
	for i, line := range message {
		message[i] = st.red(line)
	}
	fmt.Fprint(a.err, st.behind("", glyphFailed, " ", message))
	for _, line := range known.Detail {
		for _, part := range st.wrap(line, st.width-2) {
			fmt.Fprintf(a.err, "  %s\n", part)
		}
	}
	for _, hint := range known.Hints {
		a.printHint(st, hint)
	}
	if a.json() {
		_ = a.printJSON(errorAnswer{errorBody{known.Message, strings.Join(known.Hints, "; "), known.Code}})
	}
}

// withLastResort is an error for which nothing better is known than to look closer.
func (a *app) withLastResort(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{a.without("--verbose") + " --verbose   the same, with every call to AWS"}
	return &hinted
}

// printHint shows what to do next. Words are broken to fit; a command is left whole, to be pasted.
func (a *app) printHint(st style, hint string) {
	parts := []string{st.plain(hint)}
	if first, _, _ := strings.Cut(hint, " "); !strings.HasPrefix(first, "--") && !slices.Contains([]string{"spothandler", "aws", "unset"}, first) {
		parts = st.wrap(hint, st.width-4)
	}
	fmt.Fprint(a.err, st.behind("  ", glyphNext, " ", parts))
}

func (a *app) printInterrupted(err error) {
	st := a.errStyle()
	message := "interrupted"
	var known *apperr.Error
	if errors.As(err, &known) && known.Code == apperr.CodeInterrupted {
		message = known.Message
	}
	fmt.Fprintf(a.err, "%s %s\n", st.glyph(glyphAttention), message)
	a.printHint(st, a.retype())
	if a.json() {
		_ = a.printJSON(errorAnswer{errorBody{message, a.retype(), apperr.CodeInterrupted}})
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
