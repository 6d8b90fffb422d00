// Package related holds the services of the local AWS around those that run a task or a function: target groups,
// subnets, scalable targets, quotas, metrics, container registries, queues and topics, the account's Regions.
package related

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Service holds the resources that one Region's services use: target groups, subnets, scalable targets,
// quotas.
type Service struct {
	region  *api.Region
	groups  []*targetGroup
	subnets []api.Obj
	targets map[string]api.Obj // scalable targets, by resource ID
	quotas  map[string]float64
	running func(provider string) int // tasks on a capacity provider
}

type targetGroup struct {
	arn, name  string
	attributes map[string]string
}

// New returns the resources of a Region; running returns the number of running tasks on a capacity provider.
func New(r *api.Region, running func(provider string) int) *Service {
	s := &Service{region: r, running: running, targets: map[string]api.Obj{}, quotas: map[string]float64{"L-36FBB829": 6, "L-3032A538": 6}}
	for i, zone := range []string{"a", "b"} {
		s.subnets = append(s.subnets, api.Obj{
			"subnetId": "subnet-0000000000000000" + strconv.Itoa(i+1), "availabilityZone": r.Name + zone, "availabilityZoneId": fmt.Sprintf("%s-az%d", r.Name, i+1),
			"availableIpAddressCount": 250, "state": "available", "ipv6Native": false,
		})
	}
	return s
}

// Actions returns the actions by service and name.
func (s *Service) Actions() map[string]map[string]api.Action {
	return map[string]map[string]api.Action{
		"elasticloadbalancing": {
			"DescribeTargetGroups":          api.Op(s.describeTargetGroups),
			"DescribeTargetGroupAttributes": api.On(s.group, s.describeAttributes),
			"ModifyTargetGroupAttributes":   api.On(s.group, s.modifyAttributes),
		},
		"ec2": {"DescribeSubnets": api.Op(s.describeSubnets)},
		"application-autoscaling": {
			"DescribeScalableTargets": api.Op(s.describeScalableTargets),
			"RegisterScalableTarget":  api.Op(s.registerScalableTarget, "ResourceID"),
		},
		"servicequotas": {
			"GetServiceQuota":             api.Op(s.getServiceQuota, "QuotaCode"),
			"RequestServiceQuotaIncrease": api.Op(s.requestQuota, "QuotaCode"),
		},
		"cloudwatch": {"GetMetricData": api.Op(s.getMetricData)},
		"ecr":        (&registry{region: s.region}).actions(),
		"account":    {"ListRegions": api.Op(listRegions)},
	}
}

type balancerInput struct {
	TargetGroupArn string
	PageSize       *int `json:",string" check:"min=1 max=400"`
	Marker         string
	Attributes     []api.Tag
}

func (in *balancerInput) ARN(*api.Region) string { return in.TargetGroupArn }

// Asks uses no resource for actions that only describe (Service Authorization Reference).
func (in *balancerInput) Asks(own api.Ask, c *api.Request) []api.Ask {
	if !c.Record.Write() {
		own.Resource = "*"
	}
	return []api.Ask{own}
}

func (s *Service) group(in *balancerInput) (*targetGroup, error) {
	at := slices.IndexFunc(s.groups, func(g *targetGroup) bool { return g.arn == in.TargetGroupArn })
	if at < 0 {
		return nil, api.Refuse("TargetGroupNotFound", "One or more target groups not found")
	}
	return s.groups[at], nil
}

// AddTargetGroup creates a target group with a deregistration delay in seconds.
func (s *Service) AddTargetGroup(name string, drain int) string {
	g := &targetGroup{
		arn: s.region.ARN("elasticloadbalancing", "targetgroup/"+name+"/"+api.RandomHex(16)), name: name,
		attributes: map[string]string{"deregistration_delay.timeout_seconds": strconv.Itoa(drain), "slow_start.duration_seconds": "0", "stickiness.enabled": "false"},
	}
	s.groups = append(s.groups, g)
	return g.arn
}

func (s *Service) describeTargetGroups(_ *api.Request, in *balancerInput) (any, error) {
	all := []api.Obj{}
	for _, g := range s.groups {
		all = append(all, api.Obj{
			"TargetGroupArn": g.arn, "TargetGroupName": g.name, "Protocol": "HTTP", "ProtocolVersion": "HTTP1", "TargetType": "ip",
			"HealthCheckIntervalSeconds": 30, "UnhealthyThresholdCount": 2, "HealthyThresholdCount": 5,
		})
	}
	return api.Paged("elasticloadbalancing", "TargetGroups", all, "NextMarker", in.Marker, in.PageSize, 400)
}

func (s *Service) describeAttributes(g *targetGroup, _ *balancerInput) (any, error) {
	return api.Obj{"Attributes": api.Tags(g.attributes).List()}, nil
}

func (s *Service) modifyAttributes(g *targetGroup, in *balancerInput) (any, error) {
	for _, attribute := range in.Attributes {
		if _, known := g.attributes[attribute.Key]; !known {
			return nil, api.Refuse("InvalidConfigurationRequest", "Target group attribute key '%s' is not recognized", attribute.Key)
		}
		g.attributes[attribute.Key] = attribute.Value
	}
	return s.describeAttributes(g, in)
}

type subnetInput struct {
	Filter []struct {
		Name  string
		Value []string `check:"len=1:200"`
	}
}

func (s *Service) describeSubnets(_ *api.Request, in *subnetInput) (any, error) {
	found := []api.Obj{}
	for _, subnet := range s.subnets {
		fits := true
		for _, f := range in.Filter {
			if f.Name != "subnet-id" {
				return nil, api.Refuse("InvalidParameterValue", "The filter '%s' is invalid", f.Name)
			}
			fits = fits && slices.Contains(f.Value, fmt.Sprint(subnet["subnetId"]))
		}
		if fits {
			found = append(found, subnet)
		}
	}
	return api.Obj{"subnetSet": found}, nil
}

type scalingInput struct {
	ServiceNamespace  string   `check:"enum=ecs"`
	ResourceID        string   `json:"ResourceId"`
	ResourceIDs       []string `json:"ResourceIds" check:"len=0:50"`
	ScalableDimension string
	MinCapacity       *int `check:"min=0"`
	MaxCapacity       *int `check:"min=0"`
}

func (s *Service) describeScalableTargets(_ *api.Request, in *scalingInput) (any, error) {
	found := []api.Obj{}
	for _, id := range in.ResourceIDs {
		if target := s.targets[id]; target != nil {
			found = append(found, target)
		}
	}
	return api.Obj{"ScalableTargets": found}, nil
}

func (s *Service) registerScalableTarget(_ *api.Request, in *scalingInput) (any, error) {
	target := s.targets[in.ResourceID]
	switch {
	case target == nil && (in.MinCapacity == nil || in.MaxCapacity == nil):
		return nil, api.Refuse("ValidationException", "MinCapacity and MaxCapacity are required to register a new scalable target")
	case target == nil:
		target = api.Obj{"ServiceNamespace": "ecs", "ResourceId": in.ResourceID, "ScalableDimension": "ecs:service:DesiredCount", "RoleARN": "", "CreationTime": 0}
		s.targets[in.ResourceID] = target
	}
	for name, given := range map[string]*int{"MinCapacity": in.MinCapacity, "MaxCapacity": in.MaxCapacity} {
		if given != nil {
			target[name] = *given
		}
	}
	return api.Obj{}, nil
}

type quotaInput struct {
	ServiceCode  string
	QuotaCode    string
	DesiredValue float64
}

func (in *quotaInput) ARN(r *api.Region) string {
	return r.ARN("servicequotas", in.ServiceCode+"/"+in.QuotaCode)
}

func (in *quotaInput) Asks(own api.Ask, _ *api.Request) []api.Ask { return []api.Ask{own} }

func (s *Service) getServiceQuota(_ *api.Request, in *quotaInput) (any, error) {
	value, known := s.quotas[in.QuotaCode]
	if !known || in.ServiceCode != "fargate" {
		return nil, api.Refuse("NoSuchResourceException", "The request failed because the specified quota code does not exist.")
	}
	return api.Obj{"Quota": api.Obj{"ServiceCode": in.ServiceCode, "QuotaCode": in.QuotaCode, "Value": value, "Adjustable": true}}, nil
}

// requestQuota grants the requested value immediately.
func (s *Service) requestQuota(c *api.Request, in *quotaInput) (any, error) {
	if _, err := s.getServiceQuota(c, in); err != nil {
		return nil, err
	}
	s.quotas[in.QuotaCode] = in.DesiredValue
	return api.Obj{"RequestedQuota": api.Obj{"QuotaCode": in.QuotaCode, "DesiredValue": in.DesiredValue, "Status": "APPROVED"}}, nil
}

type metricsInput struct {
	MetricDataQueries []struct {
		ID         string `json:"Id"`
		MetricStat struct {
			Metric struct {
				Dimensions []struct{ Name, Value string }
			}
		}
	} `check:"len=1:500"`
}

// getMetricData returns the vCPUs that run now, the only supported metric.
func (s *Service) getMetricData(_ *api.Request, in *metricsInput) (any, error) {
	results := []api.Obj{}
	for _, query := range in.MetricDataQueries {
		class := ""
		for _, d := range query.MetricStat.Metric.Dimensions {
			if d.Name == "Class" {
				class = d.Value
			}
		}
		results = append(results, api.Obj{
			"Id": query.ID, "StatusCode": "Complete", "Values": []float64{s.vcpus(map[string]string{"Standard/Spot": "FARGATE_SPOT", "Standard/OnDemand": "FARGATE"}[class])},
		})
	}
	return api.Obj{"MetricDataResults": results}, nil
}

// vcpus returns the vCPUs of the tasks on a capacity provider: a quarter each.
func (s *Service) vcpus(provider string) float64 { return float64(s.running(provider)) / 4 }

// SubnetIDs returns the IDs of the subnets. The lock must be held.
func (s *Service) SubnetIDs() []any {
	all := []any{}
	for _, subnet := range s.subnets {
		all = append(all, subnet["subnetId"])
	}
	return all
}

// AddScalableTarget lets Application Auto Scaling scale a service between two numbers of tasks. The lock must be held.
func (s *Service) AddScalableTarget(id string, least, most int) {
	s.targets[id] = api.Obj{
		"ServiceNamespace": "ecs", "ResourceId": id, "ScalableDimension": "ecs:service:DesiredCount", "RoleARN": "", "CreationTime": 0,
		"MinCapacity": least, "MaxCapacity": most,
	}
}
