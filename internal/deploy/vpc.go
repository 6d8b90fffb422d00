package deploy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// How many a function may have (Lambda API, VpcConfig).
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

// idSetting is a list of the ids that EC2 gives things of this kind; "none" alone clears it.
func idSetting(name, usage, kind string, limit int, field func(*Spec) *[]string) Setting {
	accepted := fmt.Sprintf("%s-..., repeatable up to %d times, or none", kind, limit)
	return Setting{
		Name: name, Usage: usage + "; none takes the function out of its VPC", Accepted: accepted, List: true,
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
	if len(texts) == 1 && texts[0] == none {
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

// checkNetwork refuses half a VPC: Lambda wants subnets and security groups, or neither.
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
		Message: fmt.Sprintf("%s is set and %s is not: a function in a VPC has both", there, missing),
		Hints: []string{
			missing + " ID   the other half",
			"--vpc-subnet none --vpc-security-group none   no VPC",
		},
	}
}

// fromVPC reads an answer; a function outside of a VPC has none, or one with empty lists.
func fromVPC(vpc *types.VpcConfigResponse) Network {
	if vpc == nil {
		return Network{}
	}
	return Network{Subnets: slices.Sorted(slices.Values(vpc.SubnetIds)), SecurityGroups: slices.Sorted(slices.Values(vpc.SecurityGroupIds))}
}

// toLambda has lists that are there and empty where the function is to leave its VPC: what is left out
// stays as it is (Lambda API, UpdateFunctionConfiguration).
func (n Network) toLambda() *types.VpcConfig {
	return &types.VpcConfig{SubnetIds: append([]string{}, n.Subnets...), SecurityGroupIds: append([]string{}, n.SecurityGroups...)}
}

// orNil is toLambda for a new function, whose VPC is not mentioned where it has none.
func (n Network) orNil() *types.VpcConfig {
	if len(n.Subnets) == 0 {
		return nil
	}
	return n.toLambda()
}

// Lingering says what stays of a VPC that these changes take the function out of: Lambda removes its
// network interfaces later, up to 45 minutes, and then as a role that may be gone (Lambda Developer
// Guide, foundation-networking; terraform-provider-aws, lambda_function).
func Lingering(have State, changes []Change) []string {
	f := have.Function
	if f == nil || len(f.Network.Subnets) == 0 || !slices.ContainsFunc(changes, leavesVPC) {
		return nil
	}
	return []string{fmt.Sprintf("Lambda's network interfaces may stay in %s for 45 minutes, or until somebody deletes them: they are described as AWS Lambda VPC ENI-%s-...",
		strings.Join(f.Network.Subnets, ", "), f.Name)}
}

func leavesVPC(change Change) bool {
	if change.Resource != KindFunction {
		return false
	}
	return change.Action == Delete && len(change.Fields) == 0 || slices.ContainsFunc(change.Fields, func(field Field) bool {
		return field.Path == "vpc_subnets" && field.New == ""
	})
}

func (n Network) fields() []pair {
	return []pair{
		{"vpc_subnets", strings.Join(n.Subnets, ", ")},
		{"vpc_security_groups", strings.Join(n.SecurityGroups, ", ")},
	}
}
