package deploy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// resourceStatement is a statement of a function's resource policy as GetPolicy returns it.
type resourceStatement struct {
	Sid       string
	Effect    string
	Principal any // a word or a map of services, as Lambda likes
	Action    string
	Resource  string
	Condition map[string]map[string]any
}

// permissions are what a resource policy holds: our statement, its twins, and what others added.
type permissions struct {
	own     *Permission
	twins   []string
	foreign []Foreign
}

func getPermissions(ctx context.Context, api FunctionAPI, names Names) (found permissions, err error) {
	answer, err := api.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: &names.Function})
	if err != nil {
		return found, apperr.IgnoreNotFound(err)
	}
	var policy struct{ Statement []resourceStatement }
	if err := json.Unmarshal([]byte(value(answer.Policy)), &policy); err != nil {
		return found, fmt.Errorf("reading the resource policy: %w", err)
	}
	for _, statement := range policy.Statement {
		permission := statement.permission()
		switch {
		case statement.Sid == StatementID:
			found.own = permission
		case permission.Principal == eventsPrincipal && permission.SourceARN == names.RuleARN():
			found.twins = append(found.twins, statement.Sid)
		default:
			found.foreign = append(found.foreign, Foreign{KindPermission, names.Function, "statement " + statement.Sid})
		}
	}
	return found, nil
}

// permission takes the statement apart; what is in it beyond ours goes to Other.
func (s resourceStatement) permission() *Permission {
	found := &Permission{Principal: principalService(s.Principal), Action: s.Action}
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

func (p *Permission) fields() []pair {
	return []pair{{"principal", p.Principal}, {"action", p.Action}, {"source_arn", p.SourceARN}, {"other", p.Other}}
}

func createPermission(want *Permission, twins []string) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if err := r.addPermission(ctx, want); err != nil {
			return err
		}
		return r.removeStatements(ctx, twins)
	}
}

func (r *run) addPermission(ctx context.Context, want *Permission) error {
	return r.retry(ctx, waitForPropagation(), func() error {
		_, err := r.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: &r.names.Function,
			StatementId:  aws.String(StatementID),
			Principal:    &want.Principal,
			Action:       &want.Action,
			SourceArn:    &want.SourceARN,
		})
		if apperr.IsAlreadyThere(err) { // the answer of an earlier attempt was lost, or it is another's
			return r.takeCreatedPermission(ctx, want, err)
		}
		return err
	})
}

// takeCreatedPermission goes on with a statement of ours that is there and as it should be. The type of the
// error is that of any conflict, which is waited out; a statement that is another's is not.
func (r *run) takeCreatedPermission(ctx context.Context, want *Permission, cause error) error {
	have, err := getPermissions(ctx, r.Lambda, r.names)
	switch {
	case err != nil || have.own == nil: // Lambda may not show it yet
		return cause
	case len(compare(want.fields(), have.own.fields(), nil)) == 0:
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: fmt.Sprintf("function %s: somebody has added a statement %s to its policy meanwhile, which is not as it should be", r.names.Function, StatementID),
		Hints:   []string{"run it again: it is replaced then"},
	}
}

// updatePermission removes the statement and adds it anew: Lambda has no call to change one.
func updatePermission(want *Permission, fields changed, twins []string) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if !fields.has("principal", "action", "source_arn", "other") {
			return r.removeStatements(ctx, twins)
		}
		if err := deletePermission(ctx, r); err != nil {
			return err
		}
		return createPermission(want, twins)(ctx, r)
	}
}

func deletePermission(ctx context.Context, r *run) error {
	return r.removeStatements(ctx, []string{StatementID})
}

func (r *run) removeStatements(ctx context.Context, ids []string) error {
	for _, id := range ids {
		err := r.retry(ctx, waitForConflict(), func() error {
			_, err := r.Lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &r.names.Function, StatementId: aws.String(id)})
			return apperr.IgnoreNotFound(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
