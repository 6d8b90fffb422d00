package localaws

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// emptyZip returns a zip without files; the function never runs.
func emptyZip() []byte {
	var b bytes.Buffer
	_ = zip.NewWriter(&b).Close() // writing to a buffer cannot fail
	return b.Bytes()
}

// createFunction creates the function "worker" with change applied.
func createFunction(change func(*lambda.CreateFunctionInput)) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		in := &lambda.CreateFunctionInput{
			FunctionName: aws.String("worker"), Role: aws.String("arn:aws:iam::123456789012:role/runs"), Handler: aws.String("bootstrap"),
			Runtime: types.RuntimeProvidedal2023, Architectures: []types.Architecture{types.ArchitectureArm64},
			Code: &types.FunctionCode{ZipFile: emptyZip()}, MemorySize: aws.Int32(128), Timeout: aws.Int32(60),
			Environment: &types.Environment{Variables: map[string]string{"LOG_LEVEL": "INFO"}}, Tags: map[string]string{"a": "1"},
		}
		change(in)
		out, err := c.lambda.CreateFunction(ctx, in)
		if err != nil {
			return "", err
		}
		return text(aws.ToString(out.FunctionArn), out.Architectures, out.PackageType, aws.ToString(out.CodeSha256), out.CodeSize), nil
	}
}

// refusedFunction is a CreateFunction call for another function that must fail.
func refusedFunction(change func(*lambda.CreateFunctionInput)) func(context.Context, clients) (string, error) {
	return refused(createFunction(func(in *lambda.CreateFunctionInput) {
		in.FunctionName = aws.String("other" + api.RandomHex(8))
		change(in)
	}))
}

func getFunction(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	conf := out.Configuration
	return text(conf.State, conf.LastUpdateStatus, aws.ToInt32(conf.MemorySize), aws.ToInt32(conf.Timeout), conf.Environment.Variables, out.Tags), nil
}

func addPermission(sid string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: aws.String("worker"), StatementId: aws.String(sid), Action: aws.String("lambda:InvokeFunction"),
			Principal: aws.String("events.amazonaws.com"), SourceArn: aws.String(ruleARN), SourceAccount: aws.String("123456789012"),
		})
		if err != nil {
			return "", err
		}
		return sameJSON(aws.ToString(out.Statement)), nil
	}
}

// sameJSON returns JSON in canonical form: sorted keys, no white space.
func sameJSON(s string) string {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return s
	}
	out, err := json.Marshal(v)
	if err != nil {
		return s
	}
	return string(out)
}

func getPolicy(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	var policy struct {
		Version   string
		Statement []struct{ Sid string }
	}
	err = json.Unmarshal([]byte(aws.ToString(out.Policy)), &policy)
	return text(policy.Version, policy.Statement), err
}

func removePermissionOf(sid string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: aws.String("worker"), StatementId: aws.String(sid)})
		return "done", err
	}
}

func getAsync(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	return text(aws.ToInt32(out.MaximumRetryAttempts), aws.ToInt32(out.MaximumEventAgeInSeconds)), nil
}

func putAsync(in *lambda.PutFunctionEventInvokeConfigInput) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		in.FunctionName = aws.String("worker")
		_, err := c.lambda.PutFunctionEventInvokeConfig(ctx, in)
		return "done", err
	}
}

func reserve(n int32) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("worker"), ReservedConcurrentExecutions: aws.Int32(n)})
		return "done", err
	}
}

func reserved(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	if out.ReservedConcurrentExecutions == nil {
		return "unreserved", nil
	}
	return text(*out.ReservedConcurrentExecutions), nil
}

func functionTags(ctx context.Context, c clients) (string, error) {
	out, err := c.lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: aws.String(targetARN)})
	if err != nil {
		return "", err
	}
	return text(out.Tags), nil
}

func tagFunction(tags map[string]string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: aws.String(targetARN), Tags: tags})
		return "done", err
	}
}

func deleteFunction(ctx context.Context, c clients) (string, error) {
	_, err := c.lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("worker")})
	return "done", err
}

// tryCode returns the size of other code with DryRun, and of the function's unchanged code.
func tryCode(ctx context.Context, c clients) (string, error) {
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	if err := z.SetComment("28 letters more than without"); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	tried, err := c.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("worker"), ZipFile: other.Bytes(), DryRun: true})
	if err != nil {
		return "", err
	}
	have, err := c.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	return text(tried.CodeSize, have.CodeSize), nil
}

// getVersion returns the version that is found under a qualifier.
func getVersion(qualifier string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("worker"), Qualifier: aws.String(qualifier)})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.Configuration.Version), nil
	}
}

func lambdaSteps() []step {
	worker := aws.String("worker")
	made := targetARN + " [arm64] Zip hznHbmgfkAkjuQDJ3w73XPQh05yrtUZQxLmtGbanbYU= 22"
	return []step{
		{name: "get what is not there", call: getFunction, want: "ResourceNotFoundException"},
		{name: "create without its role", call: createFunction(func(*lambda.CreateFunctionInput) {}), want: "InvalidParameterValueException"},
		{name: "the role", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("runs"), AssumeRolePolicyDocument: aws.String(trust)})
			return "done", err
		}},
		{name: "create", call: createFunction(func(*lambda.CreateFunctionInput) {}), want: made},
		{name: "create again", call: createFunction(func(*lambda.CreateFunctionInput) {}), want: "ResourceConflictException"},
		{name: "a name too long", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String(strings.Repeat("x", 65)) }), want: "InvalidParameterValueException", moto: accepted, because: lax},
		{name: "a name with a space", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("a b") }), want: "ValidationException", moto: accepted, because: lax},
		{name: "too little memory", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(127) }), want: "ValidationException", moto: accepted, because: lax},
		{name: "too long a timeout", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(901) }), want: "ValidationException", moto: accepted, because: lax},
		{name: "no such architecture", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Architectures = []types.Architecture{"arm"} }), want: "ValidationException"},
		{name: "a role that is no ARN", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Role = aws.String("runs") }), want: "ValidationException"},
		{name: "code that is no zip", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Code.ZipFile = []byte("no zip") }), want: "InvalidParameterValueException", moto: accepted, because: "moto never opens the zip; AWS: Could not unzip uploaded file"},
		{name: "a variable of Lambda's", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Environment.Variables["AWS_REGION"] = "x" }), want: "InvalidParameterValueException", moto: accepted, because: "moto does not know them; the Lambda guide lists them as reserved environment variables"},
		{name: "a variable of one letter", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Environment.Variables["A"] = "x" }), want: "ValidationException", moto: accepted, because: lax},
		{name: "more than 4 KB of variables", call: refusedFunction(func(in *lambda.CreateFunctionInput) { in.Environment.Variables["BIG"] = strings.Repeat("x", 4096) }), want: "InvalidParameterValueException", moto: accepted, because: "moto does not measure; the Lambda quotas: 4 KB in all"},
		{name: "get it", call: getFunction, want: "Active Successful 128 60 map[LOG_LEVEL:INFO] map[a:1]"},
		{name: "change its configuration", want: "Active Successful 256 60 map[MODE:once] map[a:1]", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
				FunctionName: worker, MemorySize: aws.Int32(256), Environment: &types.Environment{Variables: map[string]string{"MODE": "once"}},
			}); err != nil {
				return "", err
			}
			return getFunction(ctx, c)
		}},
		{name: "change another's configuration", want: "ResourceNotFoundException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("none"), MemorySize: aws.Int32(256)})
			return "done", err
		}},
		{name: "new code for another architecture", want: "[x86_64] 22", moto: "[arm64] 22", because: "moto ignores Architectures here; the API reference of UpdateFunctionCode has it", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: worker, ZipFile: emptyZip(), Architectures: []types.Architecture{types.ArchitectureX8664}})
			if err != nil {
				return "", err
			}
			return text(out.Architectures, out.CodeSize), nil
		}},
		{name: "what its logging is", want: "Text /aws/lambda/worker", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: worker})
			if err != nil || out.LoggingConfig == nil {
				return "no LoggingConfig", err
			}
			return text(out.LoggingConfig.LogFormat, aws.ToString(out.LoggingConfig.LogGroup)), nil
		}, moto: "no LoggingConfig", because: "moto leaves it out; the API reference: the defaults are Text and /aws/lambda/<function>"},
		{name: "account settings", want: "1000 1000", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
			if err != nil {
				return "", err
			}
			return text(out.AccountLimit.ConcurrentExecutions, aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions)), nil
		}, moto: "no AWS response", because: "moto has no GetAccountSettings"},

		{name: "no policy yet", call: getPolicy, want: "ResourceNotFoundException"},
		{name: "remove what is not there", call: removePermissionOf("s"), want: "ResourceNotFoundException"},
		{name: "permission", call: addPermission("s"), want: `{"Action":"lambda:InvokeFunction","Condition":{"ArnLike":{"AWS:SourceArn":"` + ruleARN + `"},"StringEquals":{"AWS:SourceAccount":"123456789012"}},"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Resource":"` + targetARN + `","Sid":"s"}`},
		{name: "the same permission", call: refused(addPermission("s")), want: "ResourceConflictException", moto: accepted, because: "moto adds it twice; AWS: The statement id (s) provided already exists"},
		{name: "a statement id with a dot", call: refused(addPermission("a.b")), want: "ValidationException", moto: accepted, because: lax},
		{name: "the policy", call: getPolicy, want: "2012-10-17 [{s}]", moto: "2012-10-17 [{s} {s} {a.b}]", because: "what moto accepted above"},
		{name: "remove another", call: removePermissionOf("t"), want: "ResourceNotFoundException"},
		{name: "remove it", call: removePermissionOf("s"), want: "done"},
		{name: "no policy any more", call: getPolicy, want: "ResourceNotFoundException", moto: "2012-10-17 [{s} {a.b}]", because: "what moto accepted above"},

		{name: "no asynchronous configuration yet", call: getAsync, want: "ResourceNotFoundException"},
		{name: "one that says nothing", call: refused(putAsync(&lambda.PutFunctionEventInvokeConfigInput{})), want: "InvalidParameterValueException", moto: accepted, because: "AWS: You must specify at least one of error handling or destination setting"},
		{name: "too many retries", call: refused(putAsync(&lambda.PutFunctionEventInvokeConfigInput{MaximumRetryAttempts: aws.Int32(3)})), want: "ValidationException"},
		{name: "too short an age", call: refused(putAsync(&lambda.PutFunctionEventInvokeConfigInput{MaximumEventAgeInSeconds: aws.Int32(59)})), want: "ValidationException", moto: accepted, because: lax},
		{name: "one", call: putAsync(&lambda.PutFunctionEventInvokeConfigInput{MaximumRetryAttempts: aws.Int32(1), MaximumEventAgeInSeconds: aws.Int32(120)}), want: "done"},
		{name: "the asynchronous configuration", call: getAsync, want: "1 120", moto: "0 0", because: "moto's Put adds where AWS's replaces, and its Get shows the first"},
		{name: "delete it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.lambda.DeleteFunctionEventInvokeConfig(ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: worker})
			return "done", err
		}},

		{name: "unreserved", call: reserved, want: "unreserved"},
		{name: "reserve 2", call: reserve(2), want: "done"},
		{name: "2 reserved", call: reserved, want: "2"},
		{name: "reserve too many", call: refused(reserve(901)), want: "InvalidParameterValueException"},
		{name: "reserve none", call: reserve(0), want: "done"},
		{name: "none reserved", call: reserved, want: "0"},
		{name: "give back", want: "unreserved", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.lambda.DeleteFunctionConcurrency(ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: worker}); err != nil {
				return "", err
			}
			return reserved(ctx, c)
		}},

		{name: "tag it", call: tagFunction(map[string]string{"b": "2"}), want: "done"},
		{name: "tag it with nothing", call: refused(tagFunction(map[string]string{})), want: "InvalidParameterValueException", moto: accepted, because: "AWS: An error occurred and the request cannot be processed"},
		{name: "untag it", want: "map[b:2]", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.lambda.UntagResource(ctx, &lambda.UntagResourceInput{Resource: aws.String(targetARN), TagKeys: []string{"a", "absent"}}); err != nil {
				return "", err
			}
			return functionTags(ctx, c)
		}},
		{name: "try new code", want: "50 22", moto: "22 22", because: "moto returns the code that the function has; AWS with the one that was sent", call: tryCode},
		{name: "another version", call: getVersion("7"), want: "ResourceNotFoundException"},
		{name: "this version", call: getVersion("$LATEST"), want: "$LATEST"},
		{name: "its versions", want: "$LATEST", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.lambda.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: worker})
			if err != nil {
				return "", err
			}
			var all []any
			for _, v := range out.Versions {
				all = append(all, aws.ToString(v.Version))
			}
			return text(all...), nil
		}},
		{name: "list functions", want: "true", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{})
			if err != nil {
				return "", err
			}
			return text(slices.ContainsFunc(out.Functions, func(f types.FunctionConfiguration) bool { return aws.ToString(f.FunctionName) == "worker" })), nil
		}},
		{name: "delete it", call: deleteFunction, want: "done"},
		{name: "delete it again", call: deleteFunction, want: "ResourceNotFoundException"},
	}
}
