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

// describeServices asks ECS for the service with its tags, or, where the
// partition has no tags, without them: that is noted for the record. A refusal for
// want of permission is an error, since the tag may switch the service off.
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

// TagsUnsupported reports whether err says that a service of AWS does not support
// tags in this partition. Which code says so is not documented; those here are the ones that
// terraform-provider-aws takes for it (internal/errs, IsUnsupportedOperationInPartitionError),
// without denials. The partition aws has tags.
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
