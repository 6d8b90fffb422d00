package cli

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
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

// print says how to reach the local AWS, and what is in it.
func (r *localRun) print(url string, services []localaws.Service) error {
	answer := localAnswer{URL: url, Account: localAccount, Region: r.asked.region, Environment: map[string]string{}}
	for _, v := range localEnv(url, r.asked.region, r.asked.accessKey) {
		answer.Environment[v.name] = v.value
	}
	for _, s := range services {
		provider := s.CapacityProvider
		if provider == "" {
			provider = "FARGATE_SPOT"
		}
		answer.Services = append(answer.Services, localService{s.Cluster, s.Name, s.Desired, provider})
	}
	if r.json() {
		return r.out.JSON(answer)
	}
	st := r.out.Style
	r.out.Printf("%s %s\n  %s\n\n", st.Glyph(term.OK), st.Green("A local AWS answers on "+url), st.Dim("account "+localAccount+" · "+r.asked.region))
	for _, v := range localEnv(url, r.asked.region, r.asked.accessKey) {
		r.out.Printf("  export %s\n", v)
	}
	r.out.Printf("\n")
	for _, s := range answer.Services {
		tasks := fmt.Sprintf("%s on %s", term.Plural(s.Desired, "task"), s.CapacityProvider)
		r.out.Printf("  %s %s %s\n", st.Glyph(term.Quiet), term.Pad(s.Cluster+"/"+s.Service, 20), st.Dim(tasks))
	}
	r.out.Printf("\n  In another terminal, after the exports:\n")
	for _, command := range localCommands(answer.Services[0]) {
		show.Hint(r.out, command)
	}
	r.out.Printf("\n%s\n", st.Dim("ctrl-C ends it, and everything in it."))
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
