package localaws

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Errors of AWS that moto does not have. The account has the role "r", the log group and the function "f",
// the rule "spot" with its target, and the service shop/api.
func TestRefusals(t *testing.T) {
	s, c := start(t, Options{})
	if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 1}); err != nil {
		t.Fatal(err)
	}
	listen(t, c)
	for name, test := range map[string]struct {
		Request func(context.Context, clients) error
		want    string
	}{
		"51 tags":                      {tagRole(51), "LimitExceeded"},
		"a tag without a key":          {tagFunctionF(map[string]string{"": "v"}), "ValidationException"},
		"a tag's value of 257":         {tagFunctionF(map[string]string{"k": strings.Repeat("v", 257)}), "ValidationException"},
		"a tag of odd letters":         {tagFunctionF(map[string]string{"k": "#"}), "ValidationException"},
		"tags of a version":            {tagOfARN("arn:aws:lambda:us-east-1:111122223333:function:f:1"), "InvalidParameterValueException"},
		"11 KB of policies":            {bigPolicy, "LimitExceeded"},
		"detaching what is not there":  {detach, "NoSuchEntity"},
		"a function without a handler": {functionWithout, "InvalidParameterValueException"},
		"another revision":             {updateF(&lambda.UpdateFunctionConfigurationInput{RevisionId: aws.String("1")}), "PreconditionFailedException"},
		"17 subnets":                   {updateF(&lambda.UpdateFunctionConfigurationInput{VpcConfig: &types.VpcConfig{SubnetIds: make([]string, 17), SecurityGroupIds: []string{"g"}}}), "ValidationException"},
		"a tracing that is none":       {updateF(&lambda.UpdateFunctionConfigurationInput{TracingConfig: &types.TracingConfig{Mode: "On"}}), "ValidationException"},
		"levels of plain text":         {updateF(&lambda.UpdateFunctionConfigurationInput{LoggingConfig: &types.LoggingConfig{LogFormat: types.LogFormatText, SystemLogLevel: types.SystemLogLevelInfo}}), "InvalidParameterValueException"},
		"logs in AWS's own group":      {updateF(&lambda.UpdateFunctionConfigurationInput{LoggingConfig: &types.LoggingConfig{LogGroup: aws.String("aws/x")}}), "InvalidParameterValueException"},
		"a version to publish":         {updateCodeF(&lambda.UpdateFunctionCodeInput{ZipFile: emptyZip(), Publish: true}), "NotImplemented"},
		"code from S3":                 {updateCodeF(&lambda.UpdateFunctionCodeInput{S3Bucket: aws.String("bucket"), S3Key: aws.String("key")}), "NotImplemented"},
		"a member that is not here":    {updateF(&lambda.UpdateFunctionConfigurationInput{ImageConfig: &types.ImageConfig{Command: []string{"x"}}}), "NotImplemented"},
		"two versions at once":         {getTwoVersionsF, "InvalidParameterValueException"},
		"a version as a function":      {invokeF(&lambda.InvokeInput{Qualifier: aws.String("7")}), "ResourceNotFoundException"},
		"the end of a version":         {deleteVersionF, "InvalidParameterValueException"},
		"a payload that is no JSON":    {invokeF(&lambda.InvokeInput{Payload: []byte("{")}), "InvalidRequestContentException"},
		"a context that is no JSON":    {invokeF(&lambda.InvokeInput{ClientContext: aws.String("e30K!")}), "InvalidRequestContentException"},
		"a permission for anything":    {permit("anything", "s1"), "InvalidParameterValueException"},
		"20 KB of permissions":         {manyPermissions, "PolicyLengthExceededException"},
		"a log event of 1 MB":          {writeF(event(0, strings.Repeat("x", 1048576-25))), "InvalidParameterException"},
		"log events of two days":       {writeF(event(-25*time.Hour, "a"), event(0, "b")), "InvalidParameterException"},
		"a log group of AWS's":         {newGroup(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("aws/x")}), "InvalidParameterException"},
		"a log group with no tags":     {newGroup(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("x"), Tags: map[string]string{}}), "InvalidParameterException"},
		"a target with two inputs":     {aim(ebtypes.Target{Id: aws.String("t"), Arn: aws.String(targetARN), Input: aws.String("{}"), InputPath: aws.String("$")}), "ValidationException"},
		"a target with a space":        {aim(ebtypes.Target{Id: aws.String("a b"), Arn: aws.String(targetARN)}), "ValidationException"},
		"11 services at once":          {describeAPI(make([]string, 11)...), "InvalidParameterException"},
		"deleting a service that runs": {deleteAPI(false), "InvalidParameterException"},
		"tasks of no service":          {tasksOf("web"), "ServiceNotFoundException"},
		"a deployment of CodeDeploy's": {forceCodeDeploy, "InvalidParameterException"},
		"a service on its way out":     {forceDraining, "ServiceNotActiveException"},
		"a task definition of nothing": {emptyDefinition, "ClientException"},
		"an event that is none":        {testPattern(`{"id":"1"}`), "ValidationException"},
		"an event that is no JSON":     {testPattern(`{`), "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.Request(t.Context(), c); codeOf(err) != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// Members that AWS's clients require are required here, too.
func TestMissingMembersAreNamed(t *testing.T) {
	s, _ := start(t, Options{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://local/2015-03-31/functions", strings.NewReader(`{"Role":"r"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=k/20260102/us-east-1/lambda/aws4_request, Signature=0")
	response, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	var body strings.Builder
	if err := response.Write(&body); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 validation errors detected", "Value null at 'functionName'", "Value 'r' at 'role'"} {
		if !strings.Contains(body.String(), want) {
			t.Errorf("%s\nhas no %s", body.String(), want)
		}
	}
}

func writeF(events ...logstypes.InputLogEvent) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		stream := &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("/aws/lambda/f"), LogStreamName: aws.String(api.RandomHex(8))}
		if _, err := c.logs.CreateLogStream(ctx, stream); err != nil {
			return err
		}
		_, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: stream.LogGroupName, LogStreamName: stream.LogStreamName, LogEvents: events})
		return err
	}
}

func updateCodeF(in *lambda.UpdateFunctionCodeInput) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		in.FunctionName = aws.String("f")
		_, err := c.lambda.UpdateFunctionCode(ctx, in)
		return err
	}
}

func getTwoVersionsF(ctx context.Context, c clients) error {
	_, err := c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("f:1"), Qualifier: aws.String("2")})
	return err
}

func deleteVersionF(ctx context.Context, c clients) error {
	_, err := c.lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("f"), Qualifier: aws.String("$LATEST")})
	return err
}

func tagRole(count int) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		var pairs []string
		for i := range count {
			pairs = append(pairs, fmt.Sprint("k", i), "v")
		}
		_, err := c.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: aws.String("r"), Tags: iamTags(pairs...)})
		return err
	}
}

func tagFunctionF(tags map[string]string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: aws.String("arn:aws:lambda:us-east-1:111122223333:function:f"), Tags: tags})
		return err
	}
}

func tagOfARN(arn string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: &arn})
		return err
	}
}

func bigPolicy(ctx context.Context, c clients) error {
	big := strings.Replace(rolePolicy, "logs:PutLogEvents", strings.Repeat("x", 11000), 1)
	_, err := c.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("r"), PolicyName: aws.String("big"), PolicyDocument: &big})
	return err
}

func detach(ctx context.Context, c clients) error {
	_, err := c.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("r"), PolicyArn: aws.String(basicRole)})
	return err
}

func functionWithout(ctx context.Context, c clients) error {
	_, err := c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("g"), Role: aws.String("arn:aws:iam::111122223333:role/r"), Runtime: types.RuntimeProvidedal2023, Code: &types.FunctionCode{},
	})
	return err
}

func updateF(in *lambda.UpdateFunctionConfigurationInput) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		in.FunctionName = aws.String("f")
		_, err := c.lambda.UpdateFunctionConfiguration(ctx, in)
		return err
	}
}

func invokeF(in *lambda.InvokeInput) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		in.FunctionName = aws.String("f")
		_, err := c.lambda.Invoke(ctx, in)
		return err
	}
}

func permit(principal, id string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: aws.String("f"), StatementId: &id, Action: aws.String("lambda:InvokeFunction"), Principal: &principal,
		})
		return err
	}
}

func manyPermissions(ctx context.Context, c clients) error {
	for i := range 200 {
		if err := permit("111122223333", fmt.Sprint("many", i))(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func newGroup(in *cloudwatchlogs.CreateLogGroupInput) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.logs.CreateLogGroup(ctx, in)
		return err
	}
}

func aim(to ebtypes.Target) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := putTargets(to)(ctx, c)
		return err
	}
}

func describeAPI(names ...string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: names})
		return err
	}
}

func deleteAPI(force bool) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: aws.String("shop"), Service: aws.String("api"), Force: &force})
		return err
	}
}

func tasksOf(service string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.ecs.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String("shop"), ServiceName: &service})
		return err
	}
}

// serviceNamed creates a service in the cluster shop with one task.
func serviceNamed(ctx context.Context, c clients, in *ecs.CreateServiceInput) error {
	in.Cluster, in.TaskDefinition = aws.String("shop"), aws.String("api:1")
	if in.DesiredCount == nil {
		in.DesiredCount = aws.Int32(1)
	}
	_, err := c.ecs.CreateService(ctx, in)
	return err
}

func force(ctx context.Context, c clients, service string) error {
	_, err := updateService(&ecs.UpdateServiceInput{Cluster: aws.String("shop"), Service: &service, ForceNewDeployment: true})(ctx, c)
	return err
}

func forceCodeDeploy(ctx context.Context, c clients) error {
	if err := serviceNamed(ctx, c, &ecs.CreateServiceInput{ServiceName: aws.String("blue"), DeploymentController: &ecstypes.DeploymentController{Type: ecstypes.DeploymentControllerTypeCodeDeploy}}); err != nil {
		return err
	}
	return force(ctx, c, "blue")
}

func forceDraining(ctx context.Context, c clients) error {
	if err := serviceNamed(ctx, c, &ecs.CreateServiceInput{ServiceName: aws.String("old")}); err != nil {
		return err
	}
	if _, err := c.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: aws.String("shop"), Service: aws.String("old"), Force: aws.Bool(true)}); err != nil {
		return err
	}
	return force(ctx, c, "old")
}

func emptyDefinition(ctx context.Context, c clients) error {
	_, err := c.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{Family: aws.String("none"), ContainerDefinitions: []ecstypes.ContainerDefinition{}})
	return err
}

func testPattern(event string) func(context.Context, clients) error {
	return func(ctx context.Context, c clients) error {
		_, err := c.events.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{EventPattern: aws.String(spotPattern), Event: &event})
		return err
	}
}
