package resource

import (
	"cmp"
	"context"
	"errors"
	"testing"

	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// sentConfigurations is a Lambda client that records the configurations it is sent.
type sentConfigurations struct {
	FunctionAPI
	sent *lambda.UpdateFunctionConfigurationInput
}

func (f sentConfigurations) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, options ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	*f.sent = *in
	return f.FunctionAPI.UpdateFunctionConfiguration(ctx, in, options...)
}

// A value that needs a further permission, to pass the role or to use the VPC or the key, is sent only if it
// differs.
func TestUpdateSendsWhatDiffers(t *testing.T) {
	for _, test := range []struct {
		differs        string
		role, vpc, key bool
	}{
		{"memory_size", false, false, false},
		{"role", true, false, false},
		{"vpc_subnets", false, true, false},
		{"vpc_security_groups", false, true, false},
		{"kms_key", false, false, true},
		{"environment.LOG_LEVEL", false, false, true}, // encrypted again with the key
		{"state", false, true, true},                  // it is unknown what a failed update left
	} {
		t.Run(test.differs, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a account) {
				var sent lambda.UpdateFunctionConfigurationInput
				r := &runner{a.clients, a.names, 0, func(string) {}}
				r.Lambda = sentConfigurations{a.clients.Lambda, &sent}
				if err := a.want.Function.updateConfiguration(t.Context(), r, changed{{Path: test.differs}}); err != nil {
					t.Fatal(err)
				}
				if role, vpc, key := sent.Role != nil, sent.VpcConfig != nil, sent.KMSKeyArn != nil; role != test.role || vpc != test.vpc || key != test.key {
					t.Errorf("sent are the role: %t, the VPC: %t, the key: %t", role, vpc, key)
				}
			})
		})
	}
}

// functionsInState is a Lambda client that returns functions in this state.
type functionsInState struct {
	FunctionAPI
	state functions.State
}

func (f functionsInState) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, options ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	response, err := f.FunctionAPI.GetFunction(ctx, in, options...)
	if err == nil {
		response.Configuration.State = f.state
	}
	return response, err
}

// With an existing function, an install continues only if the function is ours and has the same code: the
// response of an earlier attempt was lost.
func TestFunctionExistsAlready(t *testing.T) {
	for _, test := range []struct {
		name, prefix, code string
		state              functions.State
		taken, refused     bool // neither: the call is retried
	}{
		{"ours", "prod", "", functions.StateActive, true, false},
		{"ours, of other code", "prod", "b3RoZXI=", functions.StateActive, false, true},
		{"another's, of the same code", "test", "", functions.StateActive, false, true},
		{"ours, on its way out", "prod", "", functions.StateDeleting, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a account) {
				a.clients.Lambda = functionsInState{a.clients.Lambda, test.state}
				a.names.Prefix = test.prefix
				want := &Function{Name: a.names.Function, CodeSHA256: cmp.Or(test.code, a.want.Function.CodeSHA256)}
				r := &runner{a.clients, a.names, 0, func(string) {}}
				conflict := &smithy.GenericAPIError{Code: "ResourceConflictException", Message: "Function already exist"}
				err := want.takeCreated(t.Context(), r, conflict)
				_, refused := errors.AsType[*apperr.Error](err)
				if taken := err == nil; taken != test.taken || refused != test.refused || !taken && !refused && !errors.Is(err, conflict) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}
