package simulate

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/simulate"
)

// Output is the JSON output of simulate.
type Output struct {
	Version string            `json:"version"`
	Account string            `json:"account"`
	Region  string            `json:"region"`
	Prefix  string            `json:"prefix"`
	Works   bool              `json:"works"`
	Cluster string            `json:"cluster"`
	Service string            `json:"service"`
	TaskARN string            `json:"task_arn"` // "" if the rehearsal used a placeholder
	Steps   []simulate.Step   `json:"steps"`
	Series  []simulate.Moment `json:"series"`
	// NotChecked is what could not be checked of the installation.
	NotChecked []resource.NotChecked `json:"not_checked"`
	// ForReal is the function's response to the notice, or nil for a rehearsal.
	ForReal *handler.Response `json:"for_real"`
}

func (t *simulation) output(result *simulate.Result) *Output {
	output := &Output{
		Version: t.Version, Account: t.s.ID.Account, Region: t.s.ID.Region, Prefix: t.rehearse.Names.Prefix,
		Cluster: t.service.Cluster.Name(), Service: t.service.Name(), Steps: []simulate.Step{}, Series: []simulate.Moment{},
		NotChecked: append([]resource.NotChecked{}, t.rehearse.Status.NotChecked...),
	}
	if t.task != nil {
		output.TaskARN = aws.ToString(t.task.TaskArn)
	}
	if result == nil {
		return output
	}
	output.Works, output.Steps = result.Works(), result.Steps
	question := simulate.Question{
		Event: t.event, At: t.at, Service: handler.ServiceFrom(&t.service.Service), Account: t.s.ID.Account, Region: t.s.ID.Region,
		Mode: t.rehearse.Status.Spec.Redeploy, Cooldown: t.rehearse.Status.Spec.Cooldown,
	}
	if rule := t.rehearse.Rule(); rule != nil && result.Sent {
		question.Pattern = rule.Pattern
		output.Series = simulate.Series(question)
	}
	return output
}
