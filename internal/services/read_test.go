package services

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// shop returns an account with a service of each kind.
func shop() *fakeAWS {
	w := &fakeAWS{}
	w.addCluster("shop", Spot, OnDemand)
	w.addService("shop", "api1", Spot)
	w.addService("shop", "mixed", OnDemand, Spot)
	w.addService("shop", "steady", OnDemand)
	w.addService("shop", "idle", Spot).DesiredCount = 0
	w.addService("shop", "ec2").LaunchType = types.LaunchTypeEc2
	w.addService("shop", "gone", Spot).Status = aws.String("DRAINING")
	w.addCluster("machines")
	w.addService("machines", "stray", Spot) // impossible in AWS: without the provider the cluster is not read
	w.addService("machines", "quiet").LaunchType = types.LaunchTypeEc2
	return w
}

func mustRead(t *testing.T, w *fakeAWS, options Options) *Facts {
	t.Helper()
	var facts *Facts
	synctest.Test(t, func(t *testing.T) {
		var err error
		if facts, err = Read(t.Context(), w.clients(), options); err != nil {
			t.Fatal(err)
		}
	})
	return facts
}

func names(facts *Facts) string {
	var all []string
	for _, s := range facts.Services {
		all = append(all, s.Cluster.Name()+"/"+s.Name())
	}
	return strings.Join(all, " ")
}

// Services on Spot are kept, others are counted; clusters without Fargate Spot are not read.
func TestReadKeepsWhatRunsOnSpot(t *testing.T) {
	w := shop()
	facts := mustRead(t, w, Options{})
	if got := names(facts); got != "shop/api1 shop/mixed" {
		t.Errorf("services: %s", got)
	}
	if facts.OnDemand != 1 || facts.Idle != 1 || facts.Elsewhere != 1 {
		t.Errorf("on demand %d, idle %d, elsewhere %d", facts.OnDemand, facts.Idle, facts.Elsewhere)
	}
	if len(w.calls["ecs:ListServices"]) != 1 {
		t.Errorf("%d clusters were asked for services", len(w.calls["ecs:ListServices"]))
	}
	if facts.Services[0].HasOnDemandFloor() || !facts.Services[1].HasOnDemandFloor() {
		t.Error("the floors are wrong")
	}
	if facts.Services[0].Scaling == nil || facts.Services[1].Scaling != nil {
		t.Error("the scalable targets are wrong")
	}
}

// A service is on Spot if its strategy has a weight or base for it, whatever its launch type says.
func TestOnSpot(t *testing.T) {
	item := func(provider string, weight, base int32) types.CapacityProviderStrategyItem {
		return types.CapacityProviderStrategyItem{CapacityProvider: &provider, Weight: weight, Base: base}
	}
	for _, test := range []struct {
		name    string
		service types.Service
		want    bool
	}{
		{"weight", types.Service{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item(Spot, 1, 0)}}, true},
		{"base", types.Service{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item(Spot, 0, 1)}}, true},
		{"neither: the API's default weight is 0", types.Service{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item(Spot, 0, 0), item(OnDemand, 1, 0)}}, false},
		{"a launch type beside the strategy", types.Service{LaunchType: types.LaunchTypeEc2, CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item(Spot, 1, 0)}}, true},
		{"launch type Fargate is on demand", types.Service{LaunchType: types.LaunchTypeFargate}, false},
		{"a task set of CodeDeploy", types.Service{TaskSets: []types.TaskSet{{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{item(Spot, 1, 0)}}}}, true},
	} {
		if got := OnSpot(&test.service); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// A service that was created with neither launch type nor strategy has its cluster's default.
func TestStrategyOnTheClusterOnly(t *testing.T) {
	w := &fakeAWS{}
	w.addCluster("shop", Spot)
	w.clusters[0].DefaultCapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String(Spot), Weight: 1}}
	w.addService("shop", "api")
	if got := names(mustRead(t, w, Options{})); got != "shop/api" {
		t.Errorf("services: %s", got)
	}
}

func TestReadNarrowed(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		want    string
		err     string
		hint    string
	}{
		{"a cluster", Options{Clusters: []string{"shop"}}, "shop/api1 shop/mixed", "", ""},
		{"a service", Options{Services: []string{"mixed"}}, "shop/mixed", "", ""},
		{"a service of a cluster", Options{Services: []string{"shop/mixed"}}, "shop/mixed", "", ""},
		{"a service of another cluster", Options{Services: []string{"shap/mixed"}}, "", "--service shap/mixed: there is no such service", "--service shop/mixed "},
		{"a service by ARN", Options{Services: []string{arnRoot + "service/shop/mixed"}}, "shop/mixed", "", ""},
		{"a cluster that is not there", Options{Clusters: []string{"shpo"}}, "", "--cluster shpo: there is no such cluster", "--cluster shop "},
		{"a service that is not there", Options{Services: []string{"mixd"}}, "", "--service mixd: there is no such service", "--service mixed "},
		{"a service of another cluster, by ARN", Options{Services: []string{arnRoot + "service/other/mixed"}}, "", "--service " + arnRoot + "service/other/mixed: there is no such service", "--service mixed "},
		{"a service that nothing is like", Options{Services: []string{"billing"}}, "", "--service billing: there is no such service", "aws ecs list-services "},
		{"a service that is not on Spot", Options{Services: []string{"steady"}}, "", "", ""},
		{"a service of a cluster without Spot", Options{Services: []string{"quiet"}}, "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				facts, err := Read(t.Context(), shop().clients(), test.options)
				if test.err == "" {
					if err != nil || names(facts) != test.want {
						t.Fatalf("%v, %v", facts, err)
					}
					return
				}
				refusal, ok := errors.AsType[*apperr.Error](err)
				if !ok || !strings.HasPrefix(refusal.Message, test.err) || len(refusal.Hints) != 1 || !strings.HasPrefix(refusal.Hints[0], test.hint) {
					t.Errorf("%+v", err)
				}
			})
		})
	}
}

// A denial is reported for the affected objects, and an action without resource-level permissions is not
// called again.
func TestDenied(t *testing.T) {
	for _, test := range []struct {
		action, code string
		calls        int // calls of the action
		services     int
		part         Part
	}{
		{"ecs:ListClusters", "AccessDeniedException", 1, 0, PartClusters},
		{"ecs:DescribeClusters", "AccessDeniedException", 1, 0, PartClusters},
		{"ecs:ListServices", "AccessDeniedException", 2, 0, PartServices},
		{"ecs:DescribeServices", "AccessDeniedException", 2, 0, PartServices},
		{"ecs:DescribeTaskDefinition", "AccessDeniedException", 1, 4, PartTaskDefinition},
		{"elasticloadbalancing:DescribeTargetGroups", "AccessDenied", 1, 4, PartTargetGroups},
		{"elasticloadbalancing:DescribeTargetGroupAttributes", "AccessDenied", 1, 4, PartTargetGroups},
		{"ec2:DescribeSubnets", "UnauthorizedOperation", 1, 4, PartSubnets},
		{"application-autoscaling:DescribeScalableTargets", "AccessDeniedException", 1, 4, PartScaling},
	} {
		t.Run(test.action, func(t *testing.T) {
			w := shop()
			w.addCluster("batch", Spot)
			w.addService("batch", "etl", Spot)
			w.addService("batch", "sync", Spot)
			w.denied = map[string]string{test.action: test.code}
			facts := mustRead(t, w, Options{})
			if len(facts.Services) != test.services {
				t.Errorf("services: %s", names(facts))
			}
			// Calls that were in progress when the first response came do not count as later calls.
			if calls := len(w.calls[test.action]); calls > max(test.calls, parallelism) || test.services == 0 && calls != test.calls {
				t.Errorf("%d calls", calls)
			}
			for _, u := range unreadOf(facts) {
				if u.Part != test.part || !u.Denied || u.Why != "no permission for "+test.action {
					t.Errorf("%+v", u)
				}
			}
			if len(unreadOf(facts)) == 0 {
				t.Error("nothing is unread")
			}
		})
	}
}

// unreadOf returns the unread parts of the account, its clusters and its services.
func unreadOf(facts *Facts) []Unread {
	all := slices.Clone(facts.Unread)
	for _, c := range facts.Clusters {
		if c.Unread != nil {
			all = append(all, *c.Unread)
		}
	}
	for _, s := range facts.Services {
		all = append(all, s.Unread...)
	}
	return all
}

// An object that is deleted between two calls is ignored; a missing object that a service refers to is
// unread.
func TestDeletedMeanwhile(t *testing.T) {
	w := shop()
	w.addCluster("leaving", Spot)
	w.gone = map[string]bool{"leaving": true, arnRoot + "service/shop/mixed": true}
	if got := names(mustRead(t, w, Options{})); got != "shop/api1" {
		t.Errorf("services: %s", got)
	}

	w = shop()
	w.gone = map[string]bool{arnRoot + "task-definition/api1:1": true, elbRoot + "api1/0123456789abcdef": true}
	facts := mustRead(t, w, Options{})
	var parts []string
	for _, u := range facts.Services[0].Unread {
		if u.Denied {
			t.Errorf("%+v is no denial", u)
		}
		parts = append(parts, string(u.Part))
	}
	slices.Sort(parts)
	if got := strings.Join(parts, " "); got != "target_groups task_definition" {
		t.Errorf("unread: %s", got)
	}
	if len(facts.Services[1].Unread) != 0 {
		t.Errorf("the other service: %v", facts.Services[1].Unread)
	}
}

// Tasks are only listed if more of them run than the services account for.
func TestStandaloneTasks(t *testing.T) {
	w := shop()
	w.tasks = map[string][]types.Task{"shop": {
		{TaskArn: aws.String("t1"), Group: aws.String("service:api1"), CapacityProviderName: aws.String(Spot)},
		{TaskArn: aws.String("t2"), Group: aws.String("family:job"), CapacityProviderName: aws.String(Spot)},
		{TaskArn: aws.String("t3"), Group: aws.String("family:job"), CapacityProviderName: aws.String(OnDemand)},
	}}
	if facts := mustRead(t, w, Options{}); len(facts.Standalone) != 0 || len(w.calls["ecs:ListTasks"]) != 0 {
		t.Errorf("standalone: %v", facts.Standalone)
	}
	w.clusters[0].RunningTasksCount = 13
	facts := mustRead(t, w, Options{})
	if len(facts.Standalone) != 1 || facts.Standalone[0].ARN != "t2" {
		t.Errorf("standalone: %v", facts.Standalone)
	}
}

// The end of the context ends the reading at any call.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Read(ctx, shop().clients(), Options{Progress: func(p Progress) {
			if p.Services > 0 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// The progress ends when everything was read.
func TestProgress(t *testing.T) {
	var last Progress
	mustRead(t, shop(), Options{Progress: func(p Progress) { last = p }})
	if last != (Progress{Clusters: 2, ClustersRead: 2, Services: 2, ServicesRead: 2}) {
		t.Errorf("%+v", last)
	}
}

// If the clusters may not be read, a requested service is not reported as missing.
func TestReadReportsNoMissingServiceIfClustersAreUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, action := range []string{"ecs:ListClusters", "ecs:DescribeClusters"} {
			w := &fakeAWS{denied: map[string]string{action: "AccessDeniedException"}}
			w.addCluster("shop", Spot)
			facts, err := Read(t.Context(), w.clients(), Options{Services: []string{"api"}})
			if err != nil || len(facts.Unread) != 1 || facts.Unread[0].Action != action || !slices.Equal(facts.Unseen, []string{"api"}) {
				t.Errorf("%s: %v, %+v", action, err, facts)
			}
		}
	})
}
