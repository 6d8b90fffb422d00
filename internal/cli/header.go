package cli

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy"
)

// warn shows what deserves attention and stops nothing.
func (a *app) warn(texts ...string) {
	st := a.err.Style
	for _, text := range texts {
		a.err.Print(st.Note("", text))
	}
}

// printHeader says where a command is going to work, and as whom, before it does.
func (a *app) printHeader(s *connection, prefix string) {
	a.prefix = prefix
	st := a.err.Style
	place := fmt.Sprintf(" · account %s · %s · spothandler %s", s.id.Account, s.id.Region, binaryVersion())
	a.err.Printf("%s%s\n", st.Bold(deploy.DisplayPrefix(prefix)), st.Dim(place))
	caller := "as " + s.id.Caller
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		caller += " · endpoint " + strings.Join(endpoints, ", ")
	}
	a.err.Printf("%s\n\n", st.Dim(st.Shorten(caller, st.Width)))
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
