package resource

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// minUnreserved is the number of concurrent executions that an account always keeps unreserved: new
// accounts with a limit of 10 or 50 can reserve none (Lambda Developer Guide, reserved concurrency).
const minUnreserved = 100

// CheckConcurrency returns an error, before the first write, if the account does not have the executions to
// reserve. It makes a call only if a reservation is created or changed. If access is denied, or an emulator
// does not support the call, Lambda itself reports the error later. have is the function that was found, or
// nil.
func (f *Function) CheckConcurrency(ctx context.Context, api FunctionAPI, region string, have *Function) error {
	asked, held := f.ReservedConcurrency, 0
	if have != nil {
		held = max(0, have.ReservedConcurrency)
	}
	if asked <= held { // includes 0, which takes none of the account's executions
		return nil
	}
	response, err := api.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil || response.AccountLimit == nil || response.AccountLimit.UnreservedConcurrentExecutions == nil {
		return ctx.Err()
	}
	limit := int(response.AccountLimit.ConcurrentExecutions)
	room := int(*response.AccountLimit.UnreservedConcurrentExecutions) + held - minUnreserved
	if asked <= room {
		return nil
	}
	return f.tooFewExecutions(fmt.Sprintf("Its limit in %s is %d concurrent executions%s, and Lambda keeps %d unreserved: %s can be reserved.",
		region, limit, taken(limit-minUnreserved-room), minUnreserved, atMost(room)), nil)
}

// taken names what other functions reserve.
func taken(others int) string {
	if others <= 0 {
		return ""
	}
	return fmt.Sprintf(", other functions reserve %d", others)
}

func atMost(room int) string {
	if room <= 0 {
		return "none"
	}
	return strconv.Itoa(room)
}

// tooFewExecutions returns the error for a reservation that the account does not have.
func (f *Function) tooFewExecutions(detail string, cause error) *apperr.Error {
	executions := "executions"
	if f.ReservedConcurrency == 1 {
		executions = "execution"
	}
	return &apperr.Error{
		Code:    apperr.CodeNoConcurrency,
		Message: fmt.Sprintf("reserving %d %s for function %s: the account has too few", f.ReservedConcurrency, executions, f.Name),
		Detail:  []string{detail},
		Hints: []string{
			"--reserved-concurrency -1   use the account's unreserved pool (default)",
			"or request a higher Lambda quota: Concurrent executions",
		},
		Err: cause,
	}
}
