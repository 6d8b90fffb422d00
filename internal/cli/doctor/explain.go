package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/doctor"
)

// explainCheck shows what is known of a check. It makes no call.
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
		for _, cure := range found.Cures {
			a.Out.Printf("\n- %s", cureInMarkdown(cure))
		}
		a.Out.Printf("\n\n")
		for _, source := range found.Sources {
			a.Out.Printf("<%s>\n", source)
		}
		return nil
	}
	st := a.Out.Style
	a.Out.Printf("%s  %s\n\n", st.Bold(found.Code), found.Title)
	a.Out.Print(st.Paragraph("  ", found.Why))
	a.Out.Printf("\n%s\n", st.Dim("how to fix it"))
	for _, cure := range found.Cures {
		show.Hint(a.Out, cure)
	}
	a.Out.Printf("\n%s\n", st.Dim("where AWS says so"))
	for _, source := range found.Sources {
		a.Out.Printf("  %s\n", source)
	}
	return nil
}

// cureInMarkdown is a cure on one line: a command as code, with what is said of it in brackets.
func cureInMarkdown(cure string) string {
	if !show.IsCommand(cure) {
		return show.InMarkdown(cure)
	}
	command, remark, said := strings.Cut(cure, "   ")
	if said {
		return "`" + command + "` (" + show.InMarkdown(remark) + ")"
	}
	return "`" + command + "`"
}

// knownCode returns the code of a check, in capitals.
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
