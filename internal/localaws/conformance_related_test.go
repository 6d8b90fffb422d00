package localaws

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// relatedClients are clients of the services that services depend on.
type relatedClients struct {
	balancer *elb.Client
	ec2      *ec2.Client
	scaling  *applicationautoscaling.Client
	quotas   *servicequotas.Client
	ecr      *ecr.Client
}

func relatedOf(cfg aws.Config) relatedClients {
	return relatedClients{
		elb.NewFromConfig(cfg), ec2.NewFromConfig(cfg), applicationautoscaling.NewFromConfig(cfg),
		servicequotas.NewFromConfig(cfg), ecr.NewFromConfig(cfg),
	}
}

// putEvent returns the bus's response to an event with this source.
func putEvent(source string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []events.PutEventsRequestEntry{
			{Source: &source, DetailType: aws.String("any"), Detail: aws.String("{}")},
		}})
		if err != nil {
			return "", err
		}
		return text(out.FailedEntryCount, cmp.Or(aws.ToString(out.Entries[0].ErrorCode), "taken")), nil
	}
}

// mutability returns whether the repository's tags are mutable.
func mutability(ctx context.Context, c clients) (string, error) {
	out, err := c.related.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(1000)})
	if err != nil || len(out.Repositories) != 1 {
		return text(len(out.Repositories)), err
	}
	return text(aws.ToString(out.Repositories[0].RepositoryName), out.Repositories[0].ImageTagMutability), nil
}

// scaled returns the minimum capacity of the service's scalable target.
func scaled(ctx context.Context, c clients) (string, error) {
	out, err := c.related.scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount, ResourceIds: []string{"service/around/api", "service/around/other"},
	})
	if err != nil || len(out.ScalableTargets) == 0 {
		return "none", err
	}
	return text(len(out.ScalableTargets), aws.ToInt32(out.ScalableTargets[0].MinCapacity), aws.ToInt32(out.ScalableTargets[0].MaxCapacity)), nil
}

func register(least, most *int32) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.related.scaling.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
			ResourceId: aws.String("service/around/api"), MinCapacity: least, MaxCapacity: most,
		})
		if err != nil {
			return "", err
		}
		return scaled(ctx, c)
	}
}

// aService creates a service that can scale.
func aService(ctx context.Context, c clients) (string, error) {
	_, cluster := c.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("around")})
	_, definition := c.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{Family: aws.String("around"), ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(128)}}})
	_, service := c.ecs.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String("around"), ServiceName: aws.String("api"), TaskDefinition: aws.String("around"), DesiredCount: aws.Int32(0),
	})
	return "done", errors.Join(cluster, definition, service)
}

// relatedSteps are the calls of doctor and simulate apart from those about an installation.
// SimulatePrincipalPolicy is not included, because moto fails with an internal error.
func relatedSteps() []step {
	const noGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef"
	return []step{
		{name: "no target groups", want: "0", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.related.balancer.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{PageSize: aws.Int32(400)})
			if err != nil {
				return "", err
			}
			return text(len(out.TargetGroups)), nil
		}},
		{name: "attributes of no target group", want: "TargetGroupNotFound", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.related.balancer.DescribeTargetGroupAttributes(ctx, &elb.DescribeTargetGroupAttributesInput{TargetGroupArn: aws.String(noGroup)})
			return accepted, err
		}},
		{name: "a subnet that is not there, by filter", want: "0", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.related.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{{Name: aws.String("subnet-id"), Values: []string{"subnet-0123456789abcdef0"}}}})
			if err != nil {
				return "", err
			}
			return text(len(out.Subnets)), nil
		}},
		{name: "a service that can scale", want: "done", call: aService},
		{name: "no scalable target", want: "none", call: scaled},
		{name: "a scalable target without its most", call: register(aws.Int32(1), nil), want: "ValidationException", moto: "1 1 0", because: "moto takes it; Application Auto Scaling API, RegisterScalableTarget: both are required to register"},
		{name: "a scalable target", call: register(aws.Int32(1), aws.Int32(4)), want: "1 1 4"},
		{name: "its least alone", call: register(aws.Int32(2), nil), want: "1 2 4"},
		{name: "no repository", call: mutability, want: "0"},
		{name: "a repository", want: "app MUTABLE", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.related.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")}); err != nil {
				return "", err
			}
			return mutability(ctx, c)
		}},
		{name: "the same repository", want: "RepositoryAlreadyExistsException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.related.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")})
			return accepted, err
		}},
		{name: "its tags stay", want: "app IMMUTABLE", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.related.ecr.PutImageTagMutability(ctx, &ecr.PutImageTagMutabilityInput{RepositoryName: aws.String("app"), ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable}); err != nil {
				return "", err
			}
			return mutability(ctx, c)
		}},
		{name: "another repository", want: "RepositoryNotFoundException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.related.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"none"}})
			return accepted, err
		}},
		{name: "an event of ours", call: putEvent("spothandler.simulate"), want: "0 taken"},
		{name: "an event of AWS's", call: putEvent("aws.ecs"), want: "1 NotAuthorizedForSourceException", moto: "0 taken", because: "moto takes it; EventBridge, PutEvents: sources that begin with aws. are AWS's"},
		{name: "a quota of Fargate's", want: "L-36FBB829", moto: "NoSuchResourceException", because: "moto knows no quotas of Fargate", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.related.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("fargate"), QuotaCode: aws.String("L-36FBB829")})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Quota.QuotaCode), nil
		}},
		{name: "a quota that is not there", want: "NoSuchResourceException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.related.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("fargate"), QuotaCode: aws.String("L-00000000")})
			return accepted, err
		}},
	}
}
