package status

import (
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/deploy"
)

// printOverlaps prints once which installations watch the same clusters.
func (p textPrinter) printOverlaps(all []deploy.Status) {
	printed := map[origin]bool{}
	for _, status := range all {
		group := overlapping(overlaps(all, status), status.Prefix)
		if len(group) < 2 || printed[originOf(status)] {
			continue
		}
		for _, prefix := range group {
			printed[origin{status.Account, status.Region, prefix}] = true
		}
		p.Out.Printf("\n")
		for _, sentence := range overlapSentences(all, status) {
			p.Out.Print(p.Out.Note("", sentence))
		}
		if p.Installations != nil {
			show.Hint(p.Out, "cluster: [NAME, NAME]   in "+p.Sources.File+", clusters that no other installation watches")
			continue
		}
		show.Hint(p.Out, "spothandler install"+p.hintsIn(status.Region).InstallationFlags("NAME")+" --cluster NAME   clusters that no other installation watches")
	}
}

// overlaps returns which installations of a status's Region and account overlap, by prefix.
func overlaps(all []deploy.Status, status deploy.Status) map[string][]string {
	others := map[string][]string{}
	for _, each := range all {
		for _, problem := range each.Problems {
			if each.Region == status.Region && each.Account == status.Account {
				others[each.Prefix] = append(others[each.Prefix], problem.Others...)
			}
		}
	}
	return others
}

// overlapping returns the prefixes of the installations that this one overlaps with, directly or through others.
func overlapping(others map[string][]string, prefix string) []string {
	group := []string{prefix}
	for i := 0; i < len(group); i++ {
		for _, other := range others[group[i]] {
			if !slices.Contains(group, other) {
				group = append(group, other)
			}
		}
	}
	slices.Sort(group)
	return group
}

// overlapSentences describes the overlaps among the installations that this one overlaps with, directly or through others: in
// one sentence if each of them overlaps with each, else in one for each that overlaps with the most others.
func overlapSentences(all []deploy.Status, status deploy.Status) []string {
	others := overlaps(all, status)
	group := overlapping(others, status.Prefix)
	if !slices.ContainsFunc(group, func(prefix string) bool { return len(others[prefix]) < len(group)-1 }) {
		return []string{fmt.Sprintf("%s watch the same clusters in %s: each would redeploy", deploy.Enumerate(group), status.Region)}
	}
	var sentences []string
	for {
		most := slices.MaxFunc(group, func(a, b string) int { return len(others[a]) - len(others[b]) })
		with := others[most]
		if len(with) == 0 {
			return sentences
		}
		delete(others, most)
		for _, prefix := range with {
			others[prefix] = slices.DeleteFunc(slices.Clone(others[prefix]), func(other string) bool { return other == most })
		}
		sentence := "%s watches clusters of %s in %s: each would redeploy"
		if watchesAll(all, status, most) {
			sentence = "%[1]s watches every cluster in %[3]s, and so also those of %[2]s: each would redeploy"
		}
		sentences = append(sentences, fmt.Sprintf(sentence, deploy.DisplayPrefix(most), deploy.Enumerate(with), status.Region))
	}
}

// watchesAll reports whether the installation with this prefix in the Region and account of status watches every cluster.
func watchesAll(all []deploy.Status, status deploy.Status, prefix string) bool {
	return slices.ContainsFunc(all, func(each deploy.Status) bool {
		return originOf(each) == origin{status.Account, status.Region, prefix} && len(each.Spec.Clusters) == 0
	})
}
