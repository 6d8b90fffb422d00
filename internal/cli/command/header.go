package command

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// Warn shows on stderr what deserves attention and stops nothing.
func (a *App) Warn(texts ...string) {
	st := a.Err.Style
	for _, text := range texts {
		a.Err.Print(st.Note("", text))
	}
}

// PrintHeader says on stderr where a command is going to work, and as whom, before it does.
func (a *App) PrintHeader(s *Connection, prefix string) {
	a.Prefix = prefix
	st := a.Err.Style
	place := fmt.Sprintf(" · account %s · %s · spothandler %s", s.ID.Account, s.ID.Region, a.Version)
	a.Err.Printf("%s%s\n", st.Bold(deploy.DisplayPrefix(prefix)), st.Dim(place))
	a.Err.Println(st.Dim(st.Shorten("as "+callerWithin(s.ID.Caller, st), st.Width)))
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		a.Err.Println(st.Dim("endpoint " + strings.Join(endpoints, ", ")))
	}
	a.Err.Printf("\n")
}

// callerWithin returns the caller's ARN, or where a terminal has no room for it, what of it the first line does not say: the
// role or user.
func callerWithin(caller string, st term.Style) string {
	parsed, err := arn.Parse(caller)
	if err != nil || !st.TTY || term.Width("as "+caller) <= st.Width {
		return caller
	}
	return parsed.Resource
}

// PrintEndpoints says once where calls go, or went, elsewhere than to AWS, for a command without a header.
func (a *App) PrintEndpoints() {
	endpoints := a.aws.customEndpoints()
	if len(endpoints) == 0 {
		return
	}
	a.aws.endpoints.Do(func() { a.aws.err.Println(a.Err.Dim("endpoint " + strings.Join(endpoints, ", "))) })
}

// RegionSuffix names the Region, as " in eu-west-1", where a result could be of several; else it is "".
func (a *App) RegionSuffix() string {
	if !a.OneOfSeveral {
		return ""
	}
	return " in " + a.Region
}

// TargetSuffix names the target, behind a blank, where a result could be of several; else it is "".
func (a *App) TargetSuffix() string {
	if a.OneOfSeveral && a.target != a.Region {
		return " " + a.target
	}
	return a.RegionSuffix()
}
