package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// leastUnreserved is what an account always keeps unreserved: new accounts with a limit of 10 or 50 can
// reserve nothing (Lambda Developer Guide, reserved concurrency).
const leastUnreserved = 100

// checkConcurrency refuses, before the first write, to reserve executions that the account does not have.
// It asks only where a reservation is to be made or changed. Whoever may not ask, and an emulator that
// cannot answer, learns it from Lambda itself. have is the function that was found, or nil.
func (f *Function) checkConcurrency(ctx context.Context, api FunctionAPI, region string, have *Function) error {
	asked, held := f.ReservedConcurrency, 0
	if have != nil {
		held = max(0, have.ReservedConcurrency)
	}
	if asked <= held { // 0 among them, which needs no room
		return nil
	}
	answer, err := api.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil || answer.AccountLimit == nil || answer.AccountLimit.UnreservedConcurrentExecutions == nil {
		return ctx.Err()
	}
	limit := int(answer.AccountLimit.ConcurrentExecutions)
	room := int(*answer.AccountLimit.UnreservedConcurrentExecutions) + held - leastUnreserved
	if asked <= room {
		return nil
	}
	return f.tooFewExecutions(fmt.Sprintf("Its limit in %s is %d concurrent executions, and after what is reserved already %s left to reserve.",
		region, limit, atMost(room)), nil)
}

func atMost(room int) string {
	if room <= 0 {
		return "none is"
	}
	return fmt.Sprintf("%d are", room)
}

// tooFewExecutions is the refusal, whoever finds it out.
func (f *Function) tooFewExecutions(detail string, cause error) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeNoConcurrency,
		Message: fmt.Sprintf("reserving %d executions for function %s: the account has too few", f.ReservedConcurrency, f.Name),
		Detail:  []string{detail},
		Hints: []string{
			"--reserved-concurrency -1   take from the account's pool, as is the default",
			"or ask AWS to raise Lambda's quota Concurrent executions",
		},
		Err: cause,
	}
}
