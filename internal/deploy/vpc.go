package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

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
