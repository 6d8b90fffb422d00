package simulate

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// redeploy invokes the function with a notice, after confirmation.
func (t *simulation) redeploy(ctx context.Context) (*Output, error) {
	if t.task == nil {
		return nil, apperr.Invalid("spothandler simulate   rehearses without one", "--for-real needs a running task on Fargate Spot: %s", t.whyPlaceholder)
	}
	if err := t.checkFunction(); err != nil {
		return nil, err
	}
	if err := t.confirmRedeployment(ctx); err != nil {
		return nil, err
	}
	t.event.ID = history.ForRealPrefix + t.event.ID
	response, err := t.invoke(ctx)
	if err != nil {
		return nil, err
	}
	output := t.output(nil)
	output.ForReal, output.Works = response, response.Action != handler.ActionFail
	if !t.JSON() {
		t.printRedeployment(response)
	}
	return output, nil
}

// checkFunction rejects a function that is missing or does not belong to the installation: the settings record may name any function.
func (t *simulation) checkFunction() error {
	for _, each := range t.rehearse.Unowned() {
		if each.Kind == resource.KindFunction {
			hints := resource.RestoreHints([]resource.Unowned{each})
			return &apperr.Error{
				Code: apperr.CodeNotOurs, Message: each.Describe() + " and is not invoked", Detail: []string{each.Why, "Nothing was changed."},
				Hints: append(hints, "spothandler status"+t.Hints().InstallationFlags(t.Prefix)),
			}
		}
	}
	if t.rehearse.State.Function == nil {
		return &apperr.Error{
			Code: apperr.CodeFailed, Message: "function " + t.rehearse.Names.Function + " is missing", Detail: []string{"Nothing was changed."},
			Hints: []string{"spothandler install" + t.Hints().InstallationFlags(t.Prefix) + "   restores it"},
		}
	}
	return nil
}

func (t *simulation) confirmRedeployment(ctx context.Context) error {
	if t.Yes {
		return nil
	}
	t.Err.Print(t.Err.Paragraph("", fmt.Sprintf(
		"This invokes the function %s with an interruption warning for task %s of %s. If it decides to redeploy, every task of the service is replaced. The task itself is not interrupted.",
		t.rehearse.Names.Function, t.taskID(), t.name())))
	return t.Confirm(ctx, "Redeploy it?", t.name())
}

// invoke invokes the function with the event that EventBridge would send. It does not retry.
func (t *simulation) invoke(ctx context.Context) (*handler.Response, error) {
	function := t.rehearse.Names.Function
	out, err := lambda.NewFromConfig(t.s.Config).Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: t.event.JSON()}, func(o *lambda.Options) {
		o.Retryer = aws.NopRetryer{}
	})
	if err != nil {
		return nil, apperr.Explain("invoking function "+function, t.s.ID.Caller, err)
	}
	if out.FunctionError != nil {
		return nil, &apperr.Error{
			Code: apperr.CodeFailed, Message: "function " + function + " failed: " + failureOf(out.Payload),
			Hints: []string{"spothandler status" + t.Hints().InstallationFlags(t.Prefix)},
		}
	}
	var response handler.Response
	if err := json.Unmarshal(out.Payload, &response); err != nil || response.Reason == "" {
		return nil, &apperr.Error{
			Code: apperr.CodeFailed, Message: "function " + function + " returned an unexpected response",
			Hints: []string{"spothandler status" + t.Hints().InstallationFlags(t.Prefix)}, Err: err,
		}
	}
	return &response, nil
}

// failureOf returns the error in the response of a failed function (Lambda Developer Guide, handling errors).
func failureOf(payload []byte) string {
	var failure struct{ ErrorMessage, ErrorType string }
	if json.Unmarshal(payload, &failure) != nil || failure.ErrorMessage == "" {
		return string(payload)
	}
	return failure.ErrorType + ": " + failure.ErrorMessage
}

func (t *simulation) printRedeployment(response *handler.Response) {
	st := t.Out.Style
	switch {
	case response.Applied:
		t.Out.Print(st.Success("Redeployed " + t.name() + ": " + response.DeploymentBefore + " → " + response.DeploymentAfter))
	case response.Action == handler.ActionFail:
		t.Out.Print(st.Verdict(fmt.Sprintf("Not redeployed: %s: %s", response.Reason, response.Message)))
	default:
		t.Out.Print(st.Item(term.Quiet, fmt.Sprintf("Not redeployed: %s: %s", response.Reason, response.Message)))
	}
}
