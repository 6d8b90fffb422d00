package command

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// PrintHeader prints on stderr the account, Region and caller of a command before it starts.
func (a *App) PrintHeader(s *Connection, prefix string) {
	a.Prefix = prefix
	st := a.Err.Style
	name := deploy.DisplayPrefix(prefix)
	a.Err.Printf("%s%s\n", st.Bold(name), st.Place(term.Width(name), "account "+s.ID.Account, s.ID.Region, "spothandler "+a.Version))
	a.Err.Println(st.Dim(st.Shorten("as "+callerWithin(s.ID.Caller, st), st.Width)))
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		a.Err.Print(endpointLine(st, endpoints))
	}
	a.Err.Printf("\n")
}

// callerWithin returns the caller's ARN or, if that does not fit the terminal, its resource part: the role or user.
func callerWithin(caller string, st term.Style) string {
	parsed, err := arn.Parse(caller)
	if err != nil || !st.TTY || term.Width("as "+caller) <= st.Width {
		return caller
	}
	return parsed.Resource
}

// PrintEndpoints prints once the endpoints in use other than those of AWS, for a command that prints no header.
func (a *App) PrintEndpoints() { a.printEndpoints(false) }

// PrintEndpointsBelow is like PrintEndpoints for a command whose result has already been printed: an empty line follows it.
func (a *App) PrintEndpointsBelow() { a.printEndpoints(true) }

func (a *App) printEndpoints(below bool) {
	endpoints := a.aws.customEndpoints()
	if len(endpoints) == 0 {
		return
	}
	a.aws.endpoints.Do(func() {
		if below {
			a.aws.err.Printf("\n")
		}
		a.aws.err.Print(endpointLine(a.Err.Style, endpoints))
	})
}

func endpointLine(st term.Style, endpoints []string) term.Text {
	return st.Line("", "endpoint "+strings.Join(endpoints, ", "), st.Dim)
}
