package history

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// deployments are the service deployments in ECS.
type deployments struct {
	known  []types.ServiceDeploymentBrief
	denied bool
	gone   map[string]string // error code of a call that names this deployment
	calls  atomic.Int64
}

func (d *deployments) ListServiceDeployments(_ context.Context, in *ecs.ListServiceDeploymentsInput, _ ...func(*ecs.Options)) (*ecs.ListServiceDeploymentsOutput, error) {
	d.calls.Add(1)
	if d.denied {
		return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
	}
	out := &ecs.ListServiceDeploymentsOutput{}
	for _, each := range d.known {
		if each.CreatedAt.After(*in.CreatedAt.After) && each.CreatedAt.Before(*in.CreatedAt.Before) {
			out.ServiceDeployments = append(out.ServiceDeployments, each)
		}
	}
	return out, nil
}

func (d *deployments) DescribeServiceDeployments(_ context.Context, in *ecs.DescribeServiceDeploymentsInput, _ ...func(*ecs.Options)) (*ecs.DescribeServiceDeploymentsOutput, error) {
	d.calls.Add(1)
	if d.denied || len(in.ServiceDeploymentArns) > 20 {
		return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
	}
	for _, arn := range in.ServiceDeploymentArns {
		if code := d.gone[arn]; code != "" {
			return nil, &smithy.GenericAPIError{Code: code}
		}
	}
	out := &ecs.DescribeServiceDeploymentsOutput{}
	for _, each := range d.known {
		if slices.Contains(in.ServiceDeploymentArns, *each.ServiceDeploymentArn) {
			out.ServiceDeployments = append(out.ServiceDeployments, types.ServiceDeployment{
				ServiceDeploymentArn: each.ServiceDeploymentArn, Status: each.Status, CreatedAt: each.CreatedAt, StartedAt: each.StartedAt, FinishedAt: each.FinishedAt,
			})
		}
	}
	return out, nil
}

func deployment(arn string, status types.ServiceDeploymentStatus, created time.Time, took time.Duration) types.ServiceDeploymentBrief {
	d := types.ServiceDeploymentBrief{ServiceDeploymentArn: &arn, Status: status, CreatedAt: &created, StartedAt: aws.Time(created.Add(time.Second))}
	if took > 0 {
		d.FinishedAt = aws.Time(created.Add(time.Second + took))
	}
	return d
}

func outcomeOf(t *testing.T, api DeploymentsAPI, r Redeployment) Redeployment {
	t.Helper()
	all := []Redeployment{r}
	synctest.Test(t, func(t *testing.T) {
		if err := FindOutcomes(t.Context(), api, all); err != nil {
			t.Fatal(err)
		}
	})
	return all[0]
}

// The service deployment in the record is described by its ARN.
func TestOutcomeByARN(t *testing.T) {
	for status, want := range map[types.ServiceDeploymentStatus]Outcome{
		"SUCCESSFUL": OutcomeCompleted, "ROLLBACK_SUCCESSFUL": OutcomeRolledBack, "ROLLBACK_FAILED": OutcomeFailed, "STOPPED": OutcomeStopped,
		"PENDING": OutcomeInProgress, "IN_PROGRESS": OutcomeInProgress, "STOP_REQUESTED": OutcomeInProgress,
		"ROLLBACK_REQUESTED": OutcomeInProgress, "ROLLBACK_IN_PROGRESS": OutcomeInProgress, "SOMETHING_NEW": OutcomeUnknown,
	} {
		api := &deployments{known: []types.ServiceDeploymentBrief{deployment("sd/1", status, monday, 90*time.Second)}}
		r := outcomeOf(t, api, Redeployment{ServiceDeployment: "sd/1", Outcome: OutcomeUnknown})
		if r.Outcome != want || r.OutcomeSeconds != 90 || (r.OutcomeUnknownWhy == "") != (want != OutcomeUnknown) {
			t.Errorf("%s: %+v", status, r)
		}
	}
}

// Otherwise the one that was created within 30 s of the acceptance is used, but not one of several.
func TestOutcomeByTime(t *testing.T) {
	at := monday.Add(time.Hour)
	near := deployment("sd/1", "SUCCESSFUL", at.Add(2*time.Second), time.Minute)
	for _, test := range []struct {
		name  string
		known []types.ServiceDeploymentBrief
		want  Outcome
	}{
		{"one", []types.ServiceDeploymentBrief{near}, OutcomeCompleted},
		{"one near, one far", []types.ServiceDeploymentBrief{near, deployment("sd/2", "STOPPED", at.Add(31*time.Second), 0)}, OutcomeCompleted},
		{"two near", []types.ServiceDeploymentBrief{near, deployment("sd/2", "STOPPED", at.Add(-29*time.Second), 0)}, OutcomeUnknown},
		{"none", nil, OutcomeUnknown},
	} {
		r := outcomeOf(t, &deployments{known: test.known}, Redeployment{Cluster: shop, Service: "api", At: at, Outcome: OutcomeUnknown})
		if r.Outcome != test.want || (r.OutcomeUnknownWhy == "") != (test.want != OutcomeUnknown) {
			t.Errorf("%s: %+v", test.name, r)
		}
	}
}

// Without permission the outcome is unknown and the action is named; a deployment that ECS has deleted is
// unknown.
func TestOutcomeUnknown(t *testing.T) {
	for _, test := range []struct {
		name string
		api  *deployments
		r    Redeployment
		why  string
	}{
		{"denied by ARN", &deployments{denied: true}, Redeployment{ServiceDeployment: "sd/1"}, "no permission for ecs:DescribeServiceDeployments"},
		{"denied by time", &deployments{denied: true}, Redeployment{Service: "api"}, "no permission for ecs:ListServiceDeployments"},
		{"after 90 days", &deployments{}, Redeployment{ServiceDeployment: "sd/1"}, "ECS no longer has its service deployment"},
	} {
		test.r.Outcome = OutcomeUnknown
		if r := outcomeOf(t, test.api, test.r); r.Outcome != OutcomeUnknown || r.OutcomeUnknownWhy != test.why {
			t.Errorf("%s: %+v", test.name, r)
		}
	}
}

// Twenty are described per call.
func TestOutcomesInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &deployments{known: []types.ServiceDeploymentBrief{deployment("sd/1", "SUCCESSFUL", monday, time.Minute)}}
		all := make([]Redeployment, 45)
		for i := range all {
			all[i].ServiceDeployment = "sd/1"
		}
		if err := FindOutcomes(t.Context(), api, all); err != nil || api.calls.Load() != 3 || all[44].Outcome != OutcomeCompleted {
			t.Errorf("%d calls, %v", api.calls.Load(), err)
		}
	})
}

// AWS refuses a whole call for one deployment: that costs only those of its cluster or service.
func TestOutcomeOfOthers(t *testing.T) {
	for _, test := range []struct{ code, why string }{
		{"ClusterNotFoundException", "the cluster was deleted"},
		{"ServiceNotFoundException", "the service was deleted"},
		{"AccessDeniedException", "no permission for ecs:DescribeServiceDeployments"},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := &deployments{
				known: []types.ServiceDeploymentBrief{deployment("sd/1", "SUCCESSFUL", monday, time.Minute), deployment("sd/2", "STOPPED", monday, time.Minute)},
				gone:  map[string]string{"sd/3": test.code},
			}
			all := []Redeployment{
				{Cluster: shop, Service: "api", ServiceDeployment: "sd/1"},
				{Cluster: "gone", Service: "web", ServiceDeployment: "sd/3", Outcome: OutcomeUnknown},
				{Cluster: shop, Service: "api", ServiceDeployment: "sd/2"},
			}
			err := FindOutcomes(t.Context(), api, all)
			if err != nil || all[0].Outcome != OutcomeCompleted || all[2].Outcome != OutcomeStopped || all[1].Outcome != OutcomeUnknown ||
				all[1].OutcomeUnknownWhy != test.why || api.calls.Load() != 3 {
				t.Errorf("%s: %+v in %d calls, %v", test.code, all, api.calls.Load(), err)
			}
		})
	}
}
