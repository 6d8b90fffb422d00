package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// eventsPrincipal is the same in all partitions (aws-cdk region-info).
const eventsPrincipal = "events.amazonaws.com"

// Permission is our statement in the function's resource policy, which allows the rule to invoke the
// function.
type Permission struct {
	Sid       string
	Function  string // its name
	Principal string
	Action    string
	SourceARN string
	Other     string // effect and conditions that are not ours, as JSON; "" if none
}

// ID returns the permission as a plan and a status name it.
func (p *Permission) ID() ID { return ID{KindPermission, p.Sid} }

func (p *Permission) partOf() ID         { return ID{KindFunction, p.Function} }
func (p *Permission) waves() (_, _ wave) { return waveTarget, waveDeleteRule }
func (p *Permission) detail() string     { return "" }
func (p *Permission) part(string) string { return "" } // the same in all versions

func (p *Permission) vital(Field) bool        { return true }
func (p *Permission) unowned(string) *Unowned { return nil }
func (p *Permission) additions() []Foreign    { return nil }

func (p *Permission) fields() []pair {
	return []pair{{"principal", p.Principal}, {"action", p.Action}, {"source_arn", p.SourceARN}, {"other", p.Other}}
}

// resourceStatement is a statement of a function's resource policy as GetPolicy returns it.
type resourceStatement struct {
	Sid       string
	Effect    string
	Principal any // a string or a map of services; Lambda returns either
	Action    any // a string or a list of them
	Condition map[string]map[string]any
}

// getStatements returns the statements of the function's resource policy.
func getStatements(ctx context.Context, api FunctionAPI, function string) ([]*Permission, error) {
	response, err := api.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: &function})
	if err != nil {
		return nil, apperr.IgnoreNotFound(err)
	}
	var policy struct{ Statement []resourceStatement }
	if err := json.Unmarshal([]byte(value(response.Policy)), &policy); err != nil {
		return nil, fmt.Errorf("reading the resource policy: %w", err)
	}
	statements := make([]*Permission, 0, len(policy.Statement))
	for _, each := range policy.Statement {
		statements = append(statements, each.permission(function))
	}
	return statements, nil
}

// permission converts the statement; anything beyond our own goes to Other.
func (s resourceStatement) permission(function string) *Permission {
	found := &Permission{Sid: s.Sid, Function: function, Principal: principalService(s.Principal), Action: strings.Join(stringsIn(s.Action), ", ")}
	rest := map[string]any{}
	if s.Effect != "Allow" {
		rest["Effect"] = s.Effect
	}
	for operator, conditions := range s.Condition {
		for key, value := range conditions {
			if arn, ok := value.(string); ok && operator == "ArnLike" && key == "AWS:SourceArn" {
				found.SourceARN = arn
				continue
			}
			rest[operator+" "+key] = value
		}
	}
	if len(rest) > 0 {
		found.Other = encodeJSON(rest)
	}
	return found
}

func principalService(principal any) string {
	if services, ok := principal.(map[string]any); ok {
		if service, ok := services["Service"].(string); ok {
			return service
		}
	}
	if word, ok := principal.(string); ok {
		return word
	}
	return encodeJSON(principal)
}

// create adds the statement before its duplicates are removed, so that the rule may invoke the function at
// all times.
func (p *Permission) create(ctx context.Context, r *runner, d diff) error {
	err := r.retry(ctx, waitForPropagation().of(ID{KindFunction, p.Function}), func() error {
		_, err := r.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: &p.Function,
			StatementId:  &p.Sid,
			Principal:    &p.Principal,
			Action:       &p.Action,
			SourceArn:    &p.SourceARN,
		})
		if apperr.IsAlreadyThere(err) { // the response of an earlier attempt was lost, or it is another's
			return p.takeCreated(ctx, r, err)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.removeStatements(ctx, r, d.duplicates...)
}

// takeCreated continues with an existing statement that is ours and as wanted. The error is the same as for
// any conflict, which is retried; a statement that is another's is not.
func (p *Permission) takeCreated(ctx context.Context, r *runner, cause error) error {
	statements, err := getStatements(ctx, r.Lambda, p.Function)
	if err != nil {
		return cause
	}
	for _, have := range statements {
		if have.Sid != p.Sid {
			continue
		}
		if len(compare(p.fields(), have.fields(), nil)) == 0 {
			return nil
		}
		return &apperr.Error{
			Code:    apperr.CodeFailed,
			Message: fmt.Sprintf("function %s: a different statement %s was added to its policy while this command was running", p.Function, p.Sid),
			Hints:   []string{"run it again to replace it"},
		}
	}
	return cause // Lambda may not return it yet
}

// update removes the statement and adds it again: Lambda has no call to change one.
func (p *Permission) update(ctx context.Context, r *runner, d diff) error {
	if !d.fields.has("principal", "action", "source_arn", "other") {
		return p.removeStatements(ctx, r, d.duplicates...)
	}
	if err := p.delete(ctx, r); err != nil {
		return err
	}
	return p.create(ctx, r, d)
}

func (p *Permission) delete(ctx context.Context, r *runner) error {
	return p.removeStatements(ctx, r, p.Sid)
}

func (p *Permission) removeStatements(ctx context.Context, r *runner, ids ...string) error {
	for _, id := range ids {
		err := r.retry(ctx, waitForConflict(), func() error {
			_, err := r.Lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &p.Function, StatementId: &id})
			return apperr.IgnoreNotFound(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
