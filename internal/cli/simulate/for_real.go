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

// redeploy invokes the function with a notice, once somebody has agreed to it.
func (t *simulation) redeploy(ctx context.Context) (*Answer, error) {
	if t.task == nil {
		return nil, apperr.Invalid("spothandler simulate   rehearses without one", "--for-real needs a running task on Fargate Spot: %s", t.standIn)
	}
	if err := t.functionIsOurs(); err != nil {
		return nil, err
	}
	if err := t.confirmRedeployment(ctx); err != nil {
		return nil, err
	}
	t.event.ID = history.ForRealPrefix + t.event.ID
	said, err := t.invoke(ctx)
	if err != nil {
		return nil, err
	}
	answer := t.answer(nil)
	answer.ForReal, answer.Works = said, said.Action != handler.ActionFail
	if !t.JSON() {
		t.printRedeployment(said)
	}
	return answer, nil
}

// functionIsOurs refuses a function of others, which the record of the settings may name.
func (t *simulation) functionIsOurs() error {
	for _, each := range t.rehearse.Unowned() {
		if each.Kind == resource.KindFunction {
			hints := resource.RestoreHints([]resource.Unowned{each})
			return &apperr.Error{
				Code: apperr.CodeNotOurs, Message: each.String() + " is not ours and is not invoked", Detail: []string{each.Why, "Nothing was changed."},
				Hints: append(hints, "spothandler status"+t.InstallationFlags(t.Prefix)),
			}
		}
	}
	if t.rehearse.State.Function == nil {
		return &apperr.Error{
			Code: apperr.CodeFailed, Message: "function " + t.rehearse.Names.Function + " is missing", Detail: []string{"Nothing was changed."},
			Hints: []string{"spothandler install" + t.InstallationFlags(t.Prefix) + "   restores it"},
		}
	}
	return nil
}

func (t *simulation) confirmRedeployment(ctx context.Context) error {
	if t.Yes {
		return nil
	}
	t.Err.Print(t.Err.Paragraph("", fmt.Sprintf(
		"The function %s gets a notice of task %s of %s, as at an interruption. Where it decides to, every task of the service is replaced. The task itself is not interrupted.",
		t.rehearse.Names.Function, t.taskID(), t.name())))
	return t.Confirm(ctx, "Redeploy it?", t.name())
}

// invoke hands the function the event, exactly as EventBridge would, and never twice.
func (t *simulation) invoke(ctx context.Context) (*handler.Answer, error) {
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
			Hints: []string{"spothandler status" + t.InstallationFlags(t.Prefix)},
		}
	}
	var answer handler.Answer
	if err := json.Unmarshal(out.Payload, &answer); err != nil || answer.Reason == "" {
		return nil, &apperr.Error{
			Code: apperr.CodeFailed, Message: "function " + function + " did not answer as ours does",
			Hints: []string{"spothandler status" + t.InstallationFlags(t.Prefix)}, Err: err,
		}
	}
	return &answer, nil
}

// failureOf is what a failed function says (Lambda Developer Guide, handling errors).
func failureOf(payload []byte) string {
	var failure struct{ ErrorMessage, ErrorType string }
	if json.Unmarshal(payload, &failure) != nil || failure.ErrorMessage == "" {
		return string(payload)
	}
	return failure.ErrorType + ": " + failure.ErrorMessage
}

func (t *simulation) printRedeployment(said *handler.Answer) {
	st := t.Out.Style
	switch {
	case said.Applied:
		t.Out.Printf("%s %s %s %s %s\n", st.Glyph(term.OK), st.Green("Redeployed "+t.name()+":"), said.DeploymentBefore, st.Glyph(term.Arrow), said.DeploymentAfter)
	case said.Action == handler.ActionFail:
		t.Out.Print(st.Verdict(fmt.Sprintf("Not redeployed: %s: %s", said.Reason, said.Message)))
	default:
		t.Out.Print(st.Item(term.Quiet, fmt.Sprintf("Not redeployed: %s: %s", said.Reason, said.Message)))
	}
}
