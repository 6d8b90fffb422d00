package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// The maximum numbers for a function (Lambda API, VpcConfig).
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

// idSetting returns a setting for a list of EC2 resource IDs of one kind; "none" alone clears it.
func idSetting(name, usage, kind string, limit int, field func(*Spec) *[]string) Setting {
	accepted := fmt.Sprintf("%s- and 8 or 17 hexadecimal digits, repeatable up to %d times, or none", kind, limit)
	return Setting{
		Name: name, Value: "ID", Usage: usage, Accepted: accepted, List: true, Clear: None,
		set: func(spec *Spec, source string, texts []string) error {
			ids, err := parseIDs(source, kind, accepted, texts)
			if err != nil {
				return err
			}
			if len(ids) > limit {
				return apperr.Invalid(fmt.Sprintf("Lambda takes up to %d", limit), "%s: %d are too many", source, len(ids))
			}
			*field(spec) = ids
			return nil
		},
		get: func(spec Spec) any { return append([]string{}, *field(&spec)...) },
	}
}

func parseIDs(source, kind, accepted string, texts []string) ([]string, error) {
	if len(texts) == 1 && strings.EqualFold(texts[0], None) {
		return nil, nil
	}
	valid := regexp.MustCompile(`^` + kind + `-([0-9a-f]{8}|[0-9a-f]{17})$`) // old and new form (EC2 User Guide, resource ids)
	var ids []string
	for _, text := range texts {
		if !valid.MatchString(text) {
			return nil, refuse(source, text, accepted)
		}
		ids = append(ids, text)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// checkNetwork rejects an incomplete VPC configuration: Lambda requires both subnets and security groups, or
// neither.
func (s Spec) checkNetwork() error {
	missing, there := "--vpc-security-group", "--vpc-subnet"
	switch {
	case (len(s.Subnets) == 0) == (len(s.SecurityGroups) == 0):
		return nil
	case len(s.Subnets) == 0:
		missing, there = there, missing
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%s is set and %s is not: a function in a VPC needs both", there, missing),
		Hints: []string{
			missing + " ID   the missing one",
			"--vpc-subnet none --vpc-security-group none   no VPC",
		},
	}
}
