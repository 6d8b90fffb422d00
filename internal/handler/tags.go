package handler

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// describeServices calls DescribeServices with tags included, or without them
// if the partition does not support tags, which the record then notes. Denied
// access to the tags is an error, since the tag may turn the function off for
// the service.
func (v *invocation) describeServices(ctx context.Context) (*ecs.DescribeServicesOutput, error) {
	in := &ecs.DescribeServicesInput{
		Cluster:  aws.String(v.event.ClusterARN),
		Services: []string{v.event.Service},
		Include:  []types.ServiceField{types.ServiceFieldTags},
	}
	once := func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} }
	out, err := v.ecs.DescribeServices(ctx, in, once)
	if !TagsUnsupported(arnPart(v.event.ClusterARN, arnPartition), err) {
		return out, err
	}
	in.Include = nil
	if out, err = v.ecs.DescribeServices(ctx, in, once); err == nil {
		v.notChecked = "the service's tags: ECS does not return them in this partition"
	}
	return out, err
}

// TagsUnsupported reports whether err means that an AWS service does not
// support tags in this partition. The code is not documented; these are the
// codes that terraform-provider-aws accepts (internal/errs,
// IsUnsupportedOperationInPartitionError), without denials. The partition aws
// supports tags.
func TagsUnsupported(partition string, err error) bool {
	var api smithy.APIError
	if partition == "" || partition == "aws" || !errors.As(err, &api) {
		return false
	}
	return slices.Contains([]string{
		"InvalidAction", "InvalidParameterException", "InvalidParameterValue", "InvalidRequest",
		"OperationDisabledException", "OperationNotPermitted", "UnknownOperationException",
		"UnsupportedFeatureException", "UnsupportedOperation", "UnsupportedOperationException", "ValidationException",
	}, api.ErrorCode())
}
