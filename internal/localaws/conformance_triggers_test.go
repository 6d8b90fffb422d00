package localaws

import (
	"cmp"
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// getURL returns the authorization type and the invoke mode of the function's URL.
func getURL(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: aws.String("called")})
	if err != nil {
		return "", err
	}
	return text(aws.ToString(out.FunctionArn), out.AuthType), nil
}

func createURL(ctx context.Context, c clients) (string, error) {
	_, err := c.lambda.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("called"), AuthType: types.FunctionUrlAuthTypeAwsIam})
	if err != nil {
		return "", err
	}
	return getURL(ctx, c)
}

// listURLs returns the number of a function's URLs.
func listURLs(name string) func(ctx context.Context, c clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.lambda.ListFunctionUrlConfigs(ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: aws.String(name)})
		if err != nil {
			return "", err
		}
		return text(len(out.FunctionUrlConfigs)), nil
	}
}

// getSigning returns a function's code signing configuration.
func getSigning(name string) func(ctx context.Context, c clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.lambda.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: aws.String(name)})
		if err != nil {
			return "", err
		}
		return cmp.Or(aws.ToString(out.CodeSigningConfigArn), "none"), nil
	}
}

// listMappings returns the sources of a function's event source mappings.
func listMappings(name string) func(ctx context.Context, c clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.lambda.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: aws.String(name)})
		if err != nil {
			return "", err
		}
		var sources []any
		for _, m := range out.EventSourceMappings {
			sources = append(sources, aws.ToString(m.EventSourceArn), aws.ToString(m.State))
		}
		return cmp.Or(text(sources...), "none"), nil
	}
}

func triggerSteps() []step {
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:called"
	const noList = "moto has no ListFunctionUrlConfigs"
	return []step{
		{name: "a role", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("calls"), AssumeRolePolicyDocument: aws.String(trust)})
			return "done", err
		}},
		{name: "a function", want: accepted, call: func(ctx context.Context, c clients) (string, error) {
			_, err := createFunction(func(in *lambda.CreateFunctionInput) {
				in.FunctionName, in.Role = aws.String("called"), aws.String("arn:aws:iam::123456789012:role/calls")
			})(ctx, c)
			return accepted, err
		}},
		{name: "no URL yet", call: getURL, want: "ResourceNotFoundException"},
		{name: "no URL in the list", call: listURLs("called"), want: "0", moto: "no AWS response", because: noList},
		{name: "a URL", call: createURL, want: arn + " AWS_IAM"},
		{name: "a URL in the list", call: listURLs("called"), want: "1", moto: "no AWS response", because: noList},
		{name: "URLs of what is not there", call: listURLs("none"), want: "ResourceNotFoundException", moto: "no AWS response", because: noList},
		{name: "delete the URL", want: "ResourceNotFoundException", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.lambda.DeleteFunctionUrlConfig(ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: aws.String("called")}); err != nil {
				return "", err
			}
			return getURL(ctx, c)
		}},
		{name: "no code signing", call: getSigning("called"), want: "none"},
		{name: "code signing of what is not there", call: getSigning("none"), want: "ResourceNotFoundException"},
		{name: "no mapping", call: listMappings("called"), want: "none"},
	}
}

// Behavior that moto does not have: a queue's mapping needs the role's permissions and is unique, and code signing
// needs a configuration.
func TestMappingsAndCodeSigning(t *testing.T) {
	queue := aws.String("arn:aws:sqs:us-east-1:111122223333:jobs")
	_, c := start(t, Options{Existing: []string{*queue}})
	install(t, c, zipOf(t, nil), nil)
	if _, err := c.lambda.CreateEventSourceMapping(t.Context(), &lambda.CreateEventSourceMappingInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(*queue + "2")}); codeOf(err) != "InvalidParameterValueException" {
		t.Error("no such queue:", err)
	}
	create := &lambda.CreateEventSourceMappingInput{FunctionName: aws.String("f"), EventSourceArn: queue}
	if _, err := c.lambda.CreateEventSourceMapping(t.Context(), create); codeOf(err) != "InvalidParameterValueException" {
		t.Error("without the right:", err)
	}
	grant(t, c, "r", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}`)
	made, err := c.lambda.CreateEventSourceMapping(t.Context(), create)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.lambda.CreateEventSourceMapping(t.Context(), create); codeOf(err) != "ResourceConflictException" {
		t.Error("twice:", err)
	}
	if got, err := listMappings("f")(t.Context(), c); err != nil || got != *queue+" Enabled" {
		t.Error(got, err)
	}
	if _, err := c.lambda.DeleteEventSourceMapping(t.Context(), &lambda.DeleteEventSourceMappingInput{UUID: made.UUID}); err != nil {
		t.Error(err)
	}
	if got, err := listMappings("f")(t.Context(), c); err != nil || got != "none" {
		t.Error(got, err)
	}
	sign := func(arn string) error {
		_, err := c.lambda.PutFunctionCodeSigningConfig(t.Context(), &lambda.PutFunctionCodeSigningConfigInput{FunctionName: aws.String("f"), CodeSigningConfigArn: aws.String(arn)})
		return err
	}
	if err := sign("arn:aws:lambda:us-east-1:111122223333:code-signing-config:csc-0123456789abcdef0"); codeOf(err) != "CodeSigningConfigNotFoundException" {
		t.Error(err)
	}
	signing, err := c.lambda.CreateCodeSigningConfig(t.Context(), &lambda.CreateCodeSigningConfigInput{AllowedPublishers: &types.AllowedPublishers{
		SigningProfileVersionArns: []string{"arn:aws:signer:us-east-1:111122223333:/signing-profiles/p/1"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sign(*signing.CodeSigningConfig.CodeSigningConfigArn); err != nil {
		t.Error(err)
	}
	if got, err := getSigning("f")(t.Context(), c); err != nil || got != *signing.CodeSigningConfig.CodeSigningConfigArn {
		t.Error(got, err)
	}
}

// grant gives a role an inline policy.
func grant(t *testing.T, c clients, role, document string) {
	t.Helper()
	if _, err := c.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String("granted"), PolicyDocument: aws.String(document)}); err != nil {
		t.Fatal(err)
	}
}

// What others can add to a function's configuration, and remove with an empty list.
func TestAdditionsToTheConfiguration(t *testing.T) {
	_, c := start(t, Options{})
	install(t, c, zipOf(t, nil), nil)
	grant(t, c, "r", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*","ec2:*"],"Resource":"*"}]}`)
	const layer = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14"
	point := types.FileSystemConfig{Arn: aws.String("arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0123456789abcdef0"), LocalMountPath: aws.String("/mnt/x")}
	type in = lambda.UpdateFunctionConfigurationInput
	for _, tt := range []struct {
		name string
		in   in
		want string // layers, dead letters, file systems, SnapStart; or the error code
	}{
		{"a layer of another region", in{Layers: []string{"arn:aws:lambda:eu-west-1:580247275435:layer:x:1"}}, "InvalidParameterValueException"},
		{"a layer without its version", in{Layers: []string{"arn:aws:lambda:us-east-1:580247275435:layer:x"}}, "InvalidParameterValueException"},
		{"a layer", in{Layers: []string{layer}}, "1 none 0 None"},
		{"dead letters to nowhere", in{DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:s3:::b")}}, "InvalidParameterValueException"},
		{"dead letters to a topic that the role may not use", in{DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:sns:us-east-1:111122223333:t")}}, "InvalidParameterValueException"},
		{"dead letters", in{DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:sqs:us-east-1:111122223333:q")}}, "1 q 0 None"},
		{"a file system without a VPC", in{FileSystemConfigs: []types.FileSystemConfig{point}}, "InvalidParameterValueException"},
		{"a file system", in{FileSystemConfigs: []types.FileSystemConfig{point}, VpcConfig: &types.VpcConfig{SubnetIds: []string{"s"}, SecurityGroupIds: []string{"g"}}}, "1 q 1 None"},
		{"SnapStart of our runtime", in{SnapStart: &types.SnapStart{ApplyOn: "PublishedVersions"}}, "InvalidParameterValueException"},
		{"SnapStart of another", in{Runtime: types.RuntimePython313, SnapStart: &types.SnapStart{ApplyOn: "PublishedVersions"}}, "1 q 1 PublishedVersions"},
		{"nothing", in{}, "1 q 1 PublishedVersions"},
		{
			"all taken away", in{
				Runtime: types.RuntimeProvidedal2023, Layers: []string{}, DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("")},
				FileSystemConfigs: []types.FileSystemConfig{}, SnapStart: &types.SnapStart{ApplyOn: "None"},
			}, "0 none 0 None",
		},
	} {
		tt.in.FunctionName = aws.String("f")
		_, err := c.lambda.UpdateFunctionConfiguration(t.Context(), &tt.in)
		got := codeOf(err)
		if err == nil {
			out, err := c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
			if err != nil {
				t.Fatal(err)
			}
			conf, letters := out.Configuration, "none"
			if conf.DeadLetterConfig != nil {
				letters = api.AfterLast(aws.ToString(conf.DeadLetterConfig.TargetArn), ":")
			}
			got = text(len(conf.Layers), letters, len(conf.FileSystemConfigs), conf.SnapStart.ApplyOn)
		}
		if got != tt.want {
			t.Errorf("%s: %s %v, want %s", tt.name, got, err, tt.want)
		}
	}
}
