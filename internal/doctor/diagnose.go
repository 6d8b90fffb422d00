package doctor

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/services"
)

// serviceTable returns the checks of a service, in the order of their codes.
func serviceTable() []check {
	table := slices.Concat(taskChecks(), capacityChecks(), balancingChecks(), rolloutChecks(), functionChecks(), []check{permissionCheck()})
	slices.SortFunc(table, func(a, b check) int { return strings.Compare(a.code, b.code) })
	return table
}

// CheckService makes every check of a service. ignored are the codes of findings that the caller accepts for all
// services; the service's tag IgnoreTag accepts more.
func CheckService(s *Subject, ignored []string) Diagnosis {
	d := Diagnosis{Findings: []Finding{}, NotChecked: []NotChecked{}}
	accepted := s.accepted()
	for _, c := range serviceTable() {
		if why := s.missing(c.parts); why != "" {
			d.NotChecked = append(d.NotChecked, NotChecked{c.code, why})
			continue
		}
		for _, v := range c.run(s) {
			f := Finding{Code: c.code, Severity: v.severity, Message: v.message, Fix: v.fix}
			switch {
			case slices.Contains(ignored, c.code):
				f.Ignored = ignoredByFlag
			case slices.Contains(accepted, c.code):
				f.Ignored = ignoredByTag
			}
			d.Findings = append(d.Findings, f)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return d
}

// missing returns why a check that needs these parts cannot be made, or "".
func (s *Subject) missing(parts []services.Part) string {
	for _, u := range s.Unread {
		if slices.Contains(parts, u.Part) {
			return u.Why
		}
	}
	if s.TaskDefinition == nil && slices.Contains(parts, services.PartTaskDefinition) {
		return "it has no task definition of its own" // an external controller without a primary task set
	}
	return ""
}

func (s *Subject) accepted() []string {
	for _, tag := range s.Tags {
		if strings.EqualFold(strings.TrimSpace(aws.ToString(tag.Key)), IgnoreTag) {
			return regexp.MustCompile(`SPOT\d{3}`).FindAllString(strings.ToUpper(aws.ToString(tag.Value)), -1)
		}
	}
	return nil
}
