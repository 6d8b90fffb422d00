package ecs

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// ecsInput has the members of all calls.
type ecsInput struct {
	Cluster     string
	ClusterName string `check:"re=[a-zA-Z0-9\\-_]{1,255}"`
	Clusters    []string
	Services    []string
	Tasks       []string
	Include     []string
	Service     string
	ServiceName string
	Task        string

	DesiredCount                    *int `check:"min=0"`
	TaskDefinition                  string
	Family                          string
	CapacityProviderStrategy        []strategyItem
	LaunchType                      *string `check:"enum=EC2|FARGATE|EXTERNAL"`
	DeploymentConfiguration         json.RawMessage
	DeploymentController            api.Obj
	NetworkConfiguration            api.Obj
	LoadBalancers                   []api.Obj
	PlatformVersion                 string
	HealthCheckGracePeriodSeconds   *int   `check:"min=0"`
	AvailabilityZoneRebalancing     string `check:"enum=ENABLED|DISABLED"`
	CapacityProviders               []string
	DefaultCapacityProviderStrategy []strategyItem
	ForceNewDeployment              bool
	Force                           bool
	Reason                          string

	ServiceDeploymentArns []string
	CreatedAt             *span

	StartedBy     string
	DesiredStatus string `check:"enum=RUNNING|PENDING|STOPPED"`
	ResourceArn   string
	NextToken     string
	MaxResults    *int `check:"min=1 max=100"`
	api.Tagging
}

// cluster returns the cluster's name from a name or an ARN; "default" if there is none.
func (in *ecsInput) cluster() string {
	return cmp.Or(api.AfterLast(cmp.Or(in.ClusterName, in.Cluster), "/"), "default")
}

func (in *ecsInput) ARN(r *api.Region) string {
	service := api.AfterLast(cmp.Or(in.Service, in.ServiceName), "/")
	switch {
	case in.ResourceArn != "":
		return in.ResourceArn
	case in.Family != "" || in.TaskDefinition != "" && service == "":
		return r.ARN("ecs", "task-definition/"+cmp.Or(in.Family, in.TaskDefinition))
	case in.Task != "":
		return r.ARN("ecs", "task/"+in.cluster()+"/"+api.AfterLast(in.Task, "/"))
	case service != "":
		return r.ARN("ecs", "service/"+in.cluster()+"/"+service)
	case len(in.Services) == 1:
		return r.ARN("ecs", "service/"+in.cluster()+"/"+api.AfterLast(in.Services[0], "/"))
	}
	return r.ARN("ecs", "cluster/"+in.cluster())
}

// deploys reports whether an update always starts a deployment.
func (in *ecsInput) deploys() bool {
	return in.ForceNewDeployment || in.NetworkConfiguration != nil || in.PlatformVersion != ""
}

// span is createdAt in ListServiceDeployments, in seconds since 1970.
type span struct {
	After  *float64 `json:"after"`
	Before *float64 `json:"before"`
}

func (p *span) has(at time.Time) bool {
	seconds := float64(at.UnixMilli()) / 1000
	return p == nil || (p.After == nil || seconds >= *p.After) && (p.Before == nil || seconds <= *p.Before)
}

// strategyItem is an item of a capacity provider strategy.
type strategyItem struct {
	CapacityProvider string `json:"capacityProvider"`
	Weight           int    `json:"weight"`
	Base             int    `json:"base"`
}

func ecsInvalid(format string, args ...any) *api.Error {
	return api.Refuse("InvalidParameterException", format, args...)
}
