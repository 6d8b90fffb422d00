package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// AllClusters means every cluster.
const AllClusters = "all"

func clusterSetting() Setting {
	return Setting{
		Name: "cluster", Value: "NAME", Usage: "ECS cluster to watch, repeatable (default all)", Accepted: "a cluster's name or ARN, repeatable, or all", List: true, Clear: AllClusters,
		set: func(spec *Spec, source string, texts []string) error {
			clusters, err := ParseClusters(source, texts)
			if err != nil {
				return err
			}
			spec.Clusters = clusters
			return nil
		},
		get: func(spec Spec) any { return append([]string{}, spec.Clusters...) },
	}
}

// ParseClusters reads a list of cluster names and ARNs; AllClusters alone clears it. A cluster named
// AllClusters or None must be given by its ARN.
func ParseClusters(source string, texts []string) ([]string, error) {
	if len(texts) == 1 && strings.EqualFold(texts[0], AllClusters) {
		return nil, nil
	}
	// ECS API, CreateCluster: up to 255 letters, numbers, underscores and hyphens.
	valid := regexp.MustCompile(`^(arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:cluster/)?[A-Za-z0-9_-]+$`)
	var clusters []string
	for _, text := range texts {
		switch {
		case strings.EqualFold(text, AllClusters):
			return nil, apperr.Invalid("--cluster NAME --cluster NAME, or only --cluster all", "%s all cannot be combined with other clusters", source)
		case strings.EqualFold(text, None):
			return nil, apperr.Invalid("all watches every cluster; a cluster of that name is given by its ARN", "%s %s is not a cluster", source, text)
		case !valid.MatchString(text) || len(names([]string{text})[0]) > 255:
			return nil, refuse(source, text, "a name (letters, digits, - and _) or an ARN, repeatable, or all")
		}
		clusters = append(clusters, text)
	}
	slices.Sort(clusters)
	return slices.Compact(clusters), nil
}

// LocalClusters converts ARNs of this account and Region to names, so that the record stays short and a
// cluster has one spelling; only a cluster named like a keyword keeps its ARN. An ARN of another account or
// Region is an error.
func LocalClusters(id session.Identity, clusters []string) ([]string, error) {
	if err := checkClusters(id, clusters); err != nil {
		return nil, err
	}
	local := id.ClusterARN("")
	var names []string
	for _, cluster := range clusters {
		name := strings.TrimPrefix(cluster, local)
		if strings.EqualFold(name, AllClusters) || strings.EqualFold(name, None) {
			name = local + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// checkClusters rejects the ARN of a cluster in another partition, account or Region, because none of its events would
// arrive. Empty fields of the identity are unknown and not checked.
func checkClusters(id session.Identity, clusters []string) error {
	for _, cluster := range clusters {
		parts := partsOf(cluster)
		if err := id.CheckPartition("--cluster "+cluster, parts.Partition); err != nil {
			return err
		}
		switch {
		case !agree(parts.AccountID, id.Account):
			return apperr.Invalid("use a cluster in the function's account", "--cluster %s is not in account %s", cluster, id.Account)
		case !agree(parts.Region, id.Region):
			return apperr.Invalid("use a cluster in the function's Region", "--cluster %s is not in Region %s", cluster, id.Region)
		}
	}
	return nil
}

// Overlap reports whether two installations of one Region would both redeploy for the same cluster.
func Overlap(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(cluster string) bool { return slices.Contains(b, cluster) })
}

// names returns the names of clusters that may be given by ARN, in the same account and Region.
func names(clusters []string) []string {
	short := make([]string, len(clusters))
	for n, cluster := range clusters {
		short[n] = cluster[strings.LastIndexByte(cluster, '/')+1:]
	}
	return short
}
