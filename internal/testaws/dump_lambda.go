package testaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func decimal(n int32) string { return strconv.Itoa(int(n)) }

func (c Clients) dumpFunctions(ctx context.Context, p *page) error {
	pages := lambda.NewListFunctionsPaginator(c.Lambda, &lambda.ListFunctionsInput{})
	var names []string
	for pages.HasMorePages() {
		next, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, function := range next.Functions {
			names = append(names, aws.ToString(function.FunctionName))
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if err := c.dumpFunction(ctx, p, &name); err != nil {
			return err
		}
	}
	return nil
}

func (c Clients) dumpFunction(ctx context.Context, p *page, name *string) error {
	response, err := c.Lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name})
	if err != nil {
		return err
	}
	f := response.Configuration
	p.title("function", *name)
	p.line("code", aws.ToString(f.CodeSha256))
	p.line("on", fmt.Sprintf("%s %v, %d MB, %d s, handler %s", f.Runtime, f.Architectures, aws.ToInt32(f.MemorySize), aws.ToInt32(f.Timeout), aws.ToString(f.Handler)))
	p.line("description", aws.ToString(f.Description))
	p.line("role", aws.ToString(f.Role))
	if f.Environment != nil {
		for _, key := range slices.Sorted(maps.Keys(f.Environment.Variables)) {
			p.line("environment", key+"="+f.Environment.Variables[key])
		}
	}
	if reserved := response.Concurrency; reserved != nil && reserved.ReservedConcurrentExecutions != nil {
		p.line("reserved concurrency", decimal(*reserved.ReservedConcurrentExecutions))
	}
	if vpc := f.VpcConfig; vpc != nil && len(vpc.SubnetIds)+len(vpc.SecurityGroupIds) > 0 {
		p.line("vpc", fmt.Sprintf("%v %v", slices.Sorted(slices.Values(vpc.SubnetIds)), slices.Sorted(slices.Values(vpc.SecurityGroupIds))))
	}
	p.line("key", aws.ToString(f.KMSKeyArn))
	if f.TracingConfig != nil && f.TracingConfig.Mode != types.TracingModePassThrough {
		p.line("tracing", string(f.TracingConfig.Mode))
	}
	if err := c.dumpAround(ctx, p, name); err != nil {
		return err
	}
	p.tags(response.Tags)
	return nil
}

// dumpAround describes what has separate calls: async configuration and resource policy.
func (c Clients) dumpAround(ctx context.Context, p *page, name *string) error {
	async, err := c.Lambda.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: name})
	if err := unlessAbsent(err); err != nil {
		return err
	}
	if async != nil {
		p.line("async", fmt.Sprintf("events up to %d s, %d retries", aws.ToInt32(async.MaximumEventAgeInSeconds), aws.ToInt32(async.MaximumRetryAttempts)))
		if d := async.DestinationConfig; d != nil && d.OnFailure != nil {
			p.line("on failure", aws.ToString(d.OnFailure.Destination))
		}
	}
	policy, err := c.Lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name})
	if err := unlessAbsent(err); err != nil {
		return err
	}
	if policy == nil {
		return nil
	}
	return p.statements(aws.ToString(policy.Policy))
}

// statements writes the statements of a resource policy without the enclosing document, which AWS generates.
func (p *page) statements(policy string) error {
	var document struct {
		Statement []json.RawMessage
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return fmt.Errorf("reading a resource policy: %w", err)
	}
	for _, statement := range document.Statement {
		p.line("statement", compact(string(statement)))
	}
	return nil
}

func unlessAbsent(err error) error {
	if _, absent := errors.AsType[*types.ResourceNotFoundException](err); absent {
		return nil
	}
	return err
}

// Logging returns a function's LoggingConfig on one line, or "" if the AWS does not return it.
func (c Clients) Logging(ctx context.Context, function string) (string, error) {
	response, err := c.Lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &function})
	if err != nil {
		return "", fmt.Errorf("reading the function: %w", err)
	}
	l := response.Configuration.LoggingConfig
	if l == nil {
		return "", nil
	}
	return fmt.Sprintf("%s, application %s, system %s, to %s", l.LogFormat, l.ApplicationLogLevel, l.SystemLogLevel, aws.ToString(l.LogGroup)), nil
}
