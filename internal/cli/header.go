package cli

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// warn shows what deserves attention and stops nothing.
func (a *app) warn(texts ...string) {
	st := a.err.Style
	for _, text := range texts {
		a.err.Print(st.Note("", text))
	}
}

// endWarnings keeps warnings that were shown apart from what comes next.
func (a *app) endWarnings(warnings []string) {
	if len(warnings) > 0 {
		a.err.Printf("\n")
	}
}

// printHeader says where a command is going to work, and as whom, before it does.
func (a *app) printHeader(s *connection, prefix string) {
	a.prefix = prefix
	st := a.err.Style
	place := fmt.Sprintf(" · account %s · %s · spothandler %s", s.ID.Account, s.ID.Region, a.version)
	a.err.Printf("%s%s\n", st.Bold(deploy.DisplayPrefix(prefix)), st.Dim(place))
	a.err.Println(st.Dim(st.Shorten("as "+callerWithin(s.ID.Caller, st), st.Width)))
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		a.err.Println(st.Dim("endpoint " + strings.Join(endpoints, ", ")))
	}
	a.err.Printf("\n")
}

// callerWithin is the caller's ARN, or where a terminal has no room for it, what of it the first line does not say: the
// role or user.
func callerWithin(caller string, st term.Style) string {
	parsed, err := arn.Parse(caller)
	if err != nil || !st.TTY || term.Width("as "+caller) <= st.Width {
		return caller
	}
	return parsed.Resource
}

// printEndpoints says once where calls go, or went, elsewhere than to AWS, for a command without a header.
func (a *app) printEndpoints() {
	endpoints := a.aws.elsewhere()
	if len(endpoints) == 0 {
		return
	}
	a.aws.endpoints.Do(func() { a.aws.err.Println(a.err.Dim("endpoint " + strings.Join(endpoints, ", "))) })
}

// where names the region where a result could be of several.
func (a *app) where() string {
	if !a.several {
		return ""
	}
	return " in " + a.region
}

// which names the target where a result could be of several.
func (a *app) which() string {
	if a.several && a.target != a.region {
		return " " + a.target
	}
	return a.where()
}
