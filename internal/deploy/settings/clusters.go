package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// ParseClusters reads a list of cluster names and ARNs; "all" alone clears it.
func ParseClusters(source string, texts []string) ([]string, error) {
	if len(texts) == 1 && texts[0] == "all" {
		return nil, nil
	}
	// ECS API, CreateCluster: up to 255 letters, numbers, underscores and hyphens.
	valid := regexp.MustCompile(`^(arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:cluster/)?[A-Za-z0-9_-]{1,255}$`)
	var clusters []string
	for _, text := range texts {
		if text == "all" {
			return nil, apperr.Invalid("all stands alone: it means every cluster", "%s all does not go with other clusters", source)
		}
		if !valid.MatchString(text) {
			return nil, refuse(source, text, "a name (letters, digits, - and _) or an ARN, repeatable, or all")
		}
		clusters = append(clusters, text)
	}
	slices.Sort(clusters)
	return slices.Compact(clusters), nil
}

// LocalClusters turns ARNs of this account and region into names, so that the record stays short and
// two spellings of one cluster are one. An ARN of elsewhere is an error: no event of it would arrive.
func LocalClusters(id session.Identity, clusters []string) ([]string, error) {
	local := id.ClusterARN("")
	var names []string
	for _, cluster := range clusters {
		name, ours := strings.CutPrefix(cluster, local)
		if !ours && strings.HasPrefix(cluster, "arn:") {
			return nil, apperr.Invalid("install in that account and region for it", "--cluster %s is not in account %s, region %s", cluster, id.Account, id.Region)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Overlap reports whether two installations of one region would both redeploy for some cluster.
func Overlap(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(cluster string) bool { return slices.Contains(b, cluster) })
}
