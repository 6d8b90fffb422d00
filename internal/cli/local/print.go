package local

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/localaws"
)

// localOutput is the JSON output of local, printed before it serves.
type localOutput struct {
	URL         string            `json:"url"`
	Account     string            `json:"account"`
	Region      string            `json:"region"`
	Environment map[string]string `json:"environment"`
	Services    []servedService   `json:"services"`
}

type servedService struct {
	Cluster          string `json:"cluster"`
	Service          string `json:"service"`
	Desired          int    `json:"desired"`
	CapacityProvider string `json:"capacity_provider"`
	OnDemand         int    `json:"on_demand"`  // how many of the tasks run on FARGATE instead
	Standalone       bool   `json:"standalone"` // the tasks belong to no service, as those of RunTask
}

// tasks describes the number of tasks, and the capacity that they run on.
func (s servedService) tasks() string {
	text := fmt.Sprintf("%s on %s", term.Plural(s.Desired, "task"), s.CapacityProvider)
	switch {
	case s.Standalone:
		text = fmt.Sprintf("%s on %s, without a service", term.Plural(s.Desired, "standalone task"), s.CapacityProvider)
	case s.OnDemand > 0:
		text = fmt.Sprintf("%s on %s and %d on FARGATE", term.Plural(s.Desired-s.OnDemand, "task"), s.CapacityProvider, s.OnDemand)
	}
	return text
}

// print prints how to reach the local AWS, and its services.
func (r *localRun) print(url string, services []localaws.Service) error {
	output := localOutput{URL: url, Account: account, Region: r.opts.region, Environment: map[string]string{}}
	for _, v := range Environment(url, r.opts.region, r.opts.accessKey) {
		output.Environment[v.Name] = v.Value
	}
	for _, s := range services {
		provider := s.CapacityProvider
		if provider == "" {
			provider = "FARGATE_SPOT"
		}
		output.Services = append(output.Services, servedService{s.Cluster, s.Name, s.Desired, provider, min(s.OnDemand, s.Desired), s.Standalone})
	}
	if r.JSON {
		return r.Out.JSON(output)
	}
	st := r.Out.Style
	r.Out.Printf("%s %s\n  %s\n\n", st.Glyph(term.OK), st.Green("A local AWS is listening on "+url), st.Dim("account "+account+" · "+r.opts.region))
	for _, v := range Environment(url, r.opts.region, r.opts.accessKey) {
		r.Out.Printf("  export %s\n", v)
	}
	if r.Getenv("AWS_PROFILE") != "" { // the profile may not exist, or assume a role
		r.Out.Printf("  unset AWS_PROFILE\n")
	}
	r.Out.Printf("\n")
	names := 0
	for _, s := range output.Services {
		names = max(names, term.Width(s.Cluster+"/"+s.Service))
	}
	for _, s := range output.Services {
		r.Out.Print(st.Cells(term.Quiet, term.Pad(s.Cluster+"/"+s.Service, names), s.tasks()))
	}
	r.Out.Printf("\n  In another terminal, after the exports:\n")
	for _, command := range commandsToTry(output.Services[0]) {
		show.Hint(r.Out, command)
	}
	r.Out.Printf("\n%s\n", st.Dim("Ctrl-C stops it, and discards everything in it."))
	return nil
}

// printLeaving prints, after Ctrl-C, how to return to the account that was used before.
func (r *localRun) printLeaving() {
	if r.JSON {
		return
	}
	command := "unset"
	for _, v := range Environment("", "", "") {
		command += " " + v.Name
	}
	r.Err.Print(r.Err.Sentence(term.Quiet, "The local AWS was stopped. In terminals with its exports:"))
	show.Hint(r.Err, command)
}

// commandsToTry returns commands to try on a local AWS with this service.
func commandsToTry(s servedService) []string {
	return []string{
		"spothandler install --prefix prod",
		fmt.Sprintf("spothandler local interrupt --cluster %s --service %s --tasks %d", s.Cluster, s.Service, max(1, min(3, s.Desired))),
		"aws ecs describe-services --cluster " + s.Cluster + " --services " + s.Service,
		"aws logs filter-log-events --log-group-name /aws/lambda/prod-ecs-fargate-spot-handler",
		"spothandler uninstall --prefix prod",
	}
}
