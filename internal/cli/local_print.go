package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

// localAnswer is what `spothandler local -o json` prints before it serves.
type localAnswer struct {
	URL         string            `json:"url"`
	Account     string            `json:"account"`
	Region      string            `json:"region"`
	Environment map[string]string `json:"environment"`
	Services    []localService    `json:"services"`
}

type localService struct {
	Cluster          string `json:"cluster"`
	Service          string `json:"service"`
	Desired          int    `json:"desired"`
	CapacityProvider string `json:"capacity_provider"`
}

// variable is an environment variable.
type variable struct{ name, value string }

func (v variable) String() string { return v.name + "=" + v.value }

// localEnv returns what points any AWS client at a local AWS.
func localEnv(url, region, accessKey string) []variable {
	return []variable{
		{"AWS_ENDPOINT_URL", url},
		{"AWS_REGION", region},
		{"AWS_DEFAULT_REGION", region}, // older clients know only this one
		{"AWS_ACCESS_KEY_ID", accessKey},
		{"AWS_SECRET_ACCESS_KEY", "local"},
	}
}

func (a *app) printLocal(url string, o localOptions, services []localaws.Service) error {
	answer := localAnswer{URL: url, Account: localAccount, Region: o.region, Environment: map[string]string{}}
	for _, v := range localEnv(url, o.region, o.accessKey) {
		answer.Environment[v.name] = v.value
	}
	for _, s := range services {
		provider := s.CapacityProvider
		if provider == "" {
			provider = "FARGATE_SPOT"
		}
		answer.Services = append(answer.Services, localService{s.Cluster, s.Name, s.Desired, provider})
	}
	if a.json() {
		return a.out.JSON(answer)
	}
	st := a.out.Style
	a.out.Printf("%s %s\n  %s\n\n", st.Glyph(term.OK), st.Green("A local AWS answers on "+url), st.Dim("account "+localAccount+" · "+o.region))
	for _, v := range localEnv(url, o.region, o.accessKey) {
		a.out.Printf("  export %s\n", v)
	}
	a.out.Printf("\n")
	for _, s := range answer.Services {
		tasks := fmt.Sprintf("%s on %s", plural(s.Desired, "task"), s.CapacityProvider)
		a.out.Printf("  %s %s %s\n", st.Glyph(term.Quiet), term.Pad(s.Cluster+"/"+s.Service, 20), st.Dim(tasks))
	}
	a.out.Printf("\n  In another terminal, after the exports:\n")
	for _, command := range localCommands(answer.Services[0]) {
		hint(a.out, command)
	}
	a.out.Printf("\n%s\n", st.Dim("ctrl-C ends it, and everything in it."))
	return nil
}

// localCommands are what to try on a local AWS with this service.
func localCommands(s localService) []string {
	return []string{
		"spothandler install --prefix prod",
		fmt.Sprintf("spothandler local interrupt --cluster %s --service %s --tasks %d", s.Cluster, s.Service, max(1, min(3, s.Desired))),
		"aws ecs describe-services --cluster " + s.Cluster + " --services " + s.Service,
		"aws logs filter-log-events --log-group-name /aws/lambda/prod-ecs-fargate-spot-handler",
		"spothandler uninstall --prefix prod",
	}
}

// localNotices prints on stderr what happens on a local AWS while it serves. It may be called concurrently.
type localNotices struct {
	app *app
	mu  sync.Mutex
}

func (n *localNotices) interrupted(cluster, service string, tasks []string) {
	n.print(term.Attention, fmt.Sprintf("interrupted %s of %s/%s", plural(len(tasks), "task"), cluster, service))
}

func (n *localNotices) answered(answer localaws.Answer) {
	var d handler.Answer
	var failure struct {
		Message string `json:"errorMessage"`
	}
	sign, outcome := term.Quiet, "answered"
	switch {
	case answer.Failed && json.Unmarshal(answer.Payload, &failure) == nil:
		sign, outcome = term.Failed, "failed: "+failure.Message
	case json.Unmarshal(answer.Payload, &d) == nil && d.Reason != "":
		outcome = string(d.Reason)
		if d.Service != "" {
			outcome += fmt.Sprintf(" %s/%s", d.Cluster[strings.LastIndexByte(d.Cluster, '/')+1:], d.Service)
		}
		if d.Applied {
			sign = term.OK
		}
	}
	n.print(sign, fmt.Sprintf("%s: %s (%d ms)", answer.Function, outcome, answer.Took.Milliseconds()))
}

func (n *localNotices) print(sign term.Glyph, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.app.err.Printf("%s %s\n", n.app.err.Glyph(sign), text)
}
