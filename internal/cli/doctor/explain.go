package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
)

// explainCheck prints the explanation of a check. It makes no calls to AWS.
func explainCheck(a *command.App, code string) error {
	known, err := knownCode("--explain", code)
	if err != nil {
		return err
	}
	all := doctor.Explanations()
	found := all[slices.IndexFunc(all, func(e doctor.Explanation) bool { return e.Code == known })]
	switch a.Output {
	case "json":
		return a.Out.JSON(found)
	case "markdown":
		a.Out.Printf("## %s: %s\n\n%s\n", found.Code, found.Title, found.Why)
		for _, fix := range found.Fixes {
			a.Out.Printf("\n- %s", fixInMarkdown(fix))
		}
		a.Out.Printf("\n\n")
		for _, source := range found.Sources {
			a.Out.Printf("<%s>\n", source)
		}
		return nil
	}
	st := a.Out.Style
	begin := found.Code + "  "
	a.Out.Printf("%s\n", st.Beside(st.Bold(begin), term.Width(begin), found.Title, st.Unpainted))
	a.Out.Print(st.Paragraph("  ", found.Why))
	a.Out.Printf("\n%s\n", st.Dim("how to fix it"))
	for _, fix := range found.Fixes {
		show.Hint(a.Out, fix)
	}
	a.Out.Printf("\n%s\n", st.Dim("AWS documentation"))
	for _, source := range found.Sources {
		a.Out.Printf("  %s\n", source)
	}
	return nil
}

// fixInMarkdown returns a fix on one line: a command as code, with its remark in parentheses.
func fixInMarkdown(fix string) string {
	if !show.IsCommand(fix) {
		return show.InMarkdown(fix)
	}
	command, remark, found := strings.Cut(fix, "   ")
	if found {
		return "`" + command + "` (" + show.InMarkdown(remark) + ")"
	}
	return "`" + command + "`"
}

// knownCode returns the code of a check in upper case, or an error if there is no such check.
func knownCode(flag, code string) (string, error) {
	codes := doctor.Codes()
	wanted := strings.ToUpper(strings.TrimSpace(code))
	if slices.Contains(codes, wanted) {
		return wanted, nil
	}
	refusal := &apperr.Error{
		Code: apperr.CodeInvalid, Message: fmt.Sprintf("%s %s: there is no such check", flag, code),
		Hints: []string{"accepted: " + strings.Join(codes, ", ")},
	}
	if near := apperr.Nearest(wanted, codes); near != "" {
		refusal.Hints = slices.Insert(refusal.Hints, 0, "did you mean "+near+"?")
	}
	return "", refusal
}
