package localaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ecsService keeps one region's clusters.
type ecsService struct {
	region      *region
	clusters    map[string]*cluster
	definitions map[string][]map[string]any // by family, revision 1 first
}

type cluster struct {
	name     string
	services map[string]*service
	tasks    []*task // the oldest first, stopped ones too
	tags     tags
}

func newECS(r *region) *ecsService {
	return &ecsService{region: r, clusters: map[string]*cluster{}, definitions: map[string][]map[string]any{}}
}

func (s *ecsService) actions() map[string]action {
	return map[string]action{
		"CreateCluster":          op(s.createCluster),
		"DeleteCluster":          on(s.cluster, s.deleteCluster),
		"DescribeClusters":       op(s.describeClusters),
		"ListClusters":           op(s.listClusters),
		"RegisterTaskDefinition": op(s.registerTaskDefinition),
		"DescribeTaskDefinition": op(s.describeTaskDefinition),
		"CreateService":          on(s.cluster, s.createService),
		"UpdateService":          on(s.cluster, s.updateService),
		"DeleteService":          on(s.cluster, s.deleteService),
		"DescribeServices":       on(s.cluster, s.describeServices),
		"ListServices":           on(s.cluster, s.listServices),
		"ListTasks":              on(s.cluster, s.listTasks),
		"DescribeTasks":          on(s.cluster, s.describeTasks),
		"StopTask":               on(s.cluster, s.stopTask),
		"TagResource":            op(s.tagResource),
		"UntagResource":          op(s.untagResource),
		"ListTagsForResource":    op(s.listTags),
	}
}

// clusterRef is the part of an input that names a cluster: its name or ARN, "default" where there is none.
type clusterRef struct {
	Cluster string
}

func (in clusterRef) key() string { return orDefault(afterLast(in.Cluster, "/"), "default") }

func (in clusterRef) arn(r *region) string { return r.arn("ecs", "cluster/"+in.key()) }

func (s *ecsService) cluster(name string) (*cluster, error) {
	if k := s.clusters[name]; k != nil {
		return k, nil
	}
	return nil, refuse("ClusterNotFoundException", "Cluster not found.")
}

func ecsInvalid(format string, args ...any) *Error {
	return refuse("InvalidParameterException", format, args...)
}

// failure is how ECS says, inside an answer that is fine, that there is no such thing.
func missing(arn string) map[string]any { return map[string]any{"arn": arn, "reason": "MISSING"} }

type createClusterInput struct {
	ClusterName string `check:"re=[a-zA-Z0-9\\-_]{1,255}"`
	Tags        []tag
}

func (s *ecsService) createCluster(_ *call, in createClusterInput) (any, error) {
	name := orDefault(in.ClusterName, "default")
	if s.clusters[name] == nil {
		s.clusters[name] = &cluster{name: name, services: map[string]*service{}, tags: tagsOf(in.Tags)}
	}
	return map[string]any{"cluster": s.clusterJSON(s.clusters[name])}, nil
}

func (s *ecsService) clusterJSON(k *cluster) map[string]any {
	running, pending, active := 0, 0, 0
	for _, t := range k.tasks {
		running, pending = running+t.runs(), pending+t.pends()
	}
	for _, v := range k.services {
		if v.status == "ACTIVE" {
			active++
		}
	}
	return map[string]any{
		"clusterArn": clusterRef{k.name}.arn(s.region), "clusterName": k.name, "status": "ACTIVE", "registeredContainerInstancesCount": 0,
		"runningTasksCount": running, "pendingTasksCount": pending, "activeServicesCount": active,
		"capacityProviders": []string{"FARGATE", "FARGATE_SPOT"}, "tags": k.tags.lower(),
	}
}

func (s *ecsService) deleteCluster(k *cluster, _ clusterRef) (any, error) {
	for _, v := range k.services {
		if v.status == "ACTIVE" {
			return nil, refuse("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
		}
	}
	if slices.ContainsFunc(k.tasks, func(t *task) bool { return t.last != "STOPPED" }) {
		return nil, refuse("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
	}
	delete(s.clusters, k.name)
	answer := s.clusterJSON(k)
	answer["status"] = "INACTIVE"
	return map[string]any{"cluster": answer}, nil
}

type describeClustersInput struct {
	Clusters []string
}

func (s *ecsService) describeClusters(_ *call, in describeClustersInput) (any, error) {
	found, failures := []any{}, []any{}
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	for _, name := range in.Clusters {
		if k, err := s.cluster(clusterRef{name}.key()); err == nil {
			found = append(found, s.clusterJSON(k))
		} else {
			failures = append(failures, missing(clusterRef{name}.arn(s.region)))
		}
	}
	return map[string]any{"clusters": found, "failures": failures}, nil
}

type pageInput struct {
	NextToken  string
	MaxResults *int `check:"min=1 max=100"`
}

func (s *ecsService) listClusters(_ *call, in pageInput) (any, error) {
	arns := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.clusters)) {
		arns = append(arns, clusterRef{name}.arn(s.region))
	}
	return in.answer("clusterArns", arns), nil
}

// answer is one page of ARNs.
func (in pageInput) answer(name string, arns []string) any {
	shown, next := page(arns, in.NextToken, limit(in.MaxResults, 100))
	answer := map[string]any{name: shown}
	if next != "" {
		answer["nextToken"] = next
	}
	return answer
}

// registerTaskDefinition keeps whatever it is given, under the next revision.
func (s *ecsService) registerTaskDefinition(c *call, in struct{ Family string }) (any, error) {
	definition := map[string]any{}
	if err := json.Unmarshal(c.body, &definition); err != nil {
		return nil, refuse("SerializationException", "%v", err)
	}
	containers, _ := definition["containerDefinitions"].([]any)
	if in.Family == "" || len(containers) == 0 {
		return nil, refuse("ClientException", "Family and containerDefinitions should not be null or empty.")
	}
	revision := len(s.definitions[in.Family]) + 1
	definition["revision"], definition["status"] = revision, "ACTIVE"
	definition["taskDefinitionArn"] = s.region.arn("ecs", fmt.Sprintf("task-definition/%s:%d", in.Family, revision))
	definition["registeredAt"] = epoch(time.Now())
	definition["compatibilities"] = []string{"EC2", "FARGATE"}
	tagList := definition["tags"]
	delete(definition, "tags")
	s.definitions[in.Family] = append(s.definitions[in.Family], definition)
	return map[string]any{"taskDefinition": definition, "tags": tagList}, nil
}

// definition gives a task definition by family, family:revision or ARN.
func (s *ecsService) definition(name string) (map[string]any, error) {
	family, revision, _ := strings.Cut(afterLast(name, "/"), ":")
	all := s.definitions[family]
	n := len(all)
	if revision != "" {
		n = int(number(revision))
	}
	if n < 1 || n > len(all) {
		return nil, refuse("ClientException", "Unable to describe task definition.")
	}
	return all[n-1], nil
}

func (s *ecsService) describeTaskDefinition(_ *call, in struct{ TaskDefinition string }) (any, error) {
	found, err := s.definition(in.TaskDefinition)
	return map[string]any{"taskDefinition": found}, err
}

type ecsTagInput struct {
	ResourceArn string `check:"required"`
	Tags        []tag
	TagKeys     []string
}

func (in ecsTagInput) arn(*region) string { return in.ResourceArn }

// tagged gives the tags of a cluster, a service or a task.
func (s *ecsService) tagged(arn string) (tags, error) {
	parts := strings.Split(afterLast(arn, ":"), "/")
	if len(parts) < 2 || s.clusters[parts[1]] == nil {
		return nil, refuse("ClusterNotFoundException", "Cluster not found.")
	}
	k := s.clusters[parts[1]]
	switch {
	case parts[0] == "cluster":
		return k.tags, nil
	case parts[0] == "service" && k.services[parts[len(parts)-1]] != nil:
		return k.services[parts[len(parts)-1]].tags, nil
	case parts[0] == "task" && k.task(arn) != nil:
		return k.task(arn).tags, nil
	}
	return nil, ecsInvalid("The specified resource is not found: %s", arn)
}

func (s *ecsService) tagResource(_ *call, in ecsTagInput) (any, error) {
	have, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if _, reason := have.with(tagsOf(in.Tags)); reason != "" {
		return nil, ecsInvalid("%s", reason)
	}
	maps.Copy(have, tagsOf(in.Tags))
	return nil, nil
}

func (s *ecsService) untagResource(_ *call, in ecsTagInput) (any, error) {
	have, err := s.tagged(in.ResourceArn)
	have.without(in.TagKeys)
	return nil, err
}

func (s *ecsService) listTags(_ *call, in ecsTagInput) (any, error) {
	have, err := s.tagged(in.ResourceArn)
	return map[string]any{"tags": have.lower()}, err
}

// lower is the list form with ECS's small letters.
func (t tags) lower() []map[string]string {
	l := []map[string]string{}
	for _, e := range t.list() {
		l = append(l, map[string]string{"key": e.Key, "value": e.Value})
	}
	return l
}
