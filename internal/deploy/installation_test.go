package deploy

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// A record with a value that no version accepts is ignored; its version still counts.
func TestRecordWithBadValue(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", given("memory-size", "256"))
		found := a.find(t, "", nil)
		found.Record.Timeout, found.Record.Version = 0, "2.0.0"
		spec, warnings, err := found.Resolve(nil, false)
		if err != nil || spec.Timeout != 60 || spec.MemorySize != 256 {
			t.Errorf("%+v, %v", spec, err)
		}
		deploytest.SameLines(t, warnings, "the record is missing: memory size 256 was read from the resources")
		if err := found.checkVersion("1.0.0", false); err == nil {
			t.Error("a newer installation was not refused")
		}
	})
}

// A record that AWS would not have accepted is invalid: status reports it, the other installations are shown,
// and a removal uses the default names.
func TestImpossibleRecord(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, "c"+strconv.Itoa(i))
	}
	for name, edit := range map[string]struct{ old, by string }{
		"a function's name with a space":    {`"function":"ecs-fargate-spot-handler"`, `"function":"a b"`},
		"a function's name with a path":     {`"function":"ecs-fargate-spot-handler"`, `"function":"a/../b"`},
		"a rule's name without end":         {`"rule":"ecs-spot-interruption"`, `"rule":"` + strings.Repeat("x", 300) + `"`},
		"a name too long behind the prefix": {`"rule":"ecs-spot-interruption"`, `"rule":"` + strings.Repeat("x", 62) + `"`},
		"a boundary of another account":     {`"code":`, `"boundary":"arn:aws:iam::444455556666:policy/p","code":`},
		"a key of another region":           {`"code":`, `"kms":"arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012","code":`},
		"a cluster of another region":       {`"redeploy":`, `"clusters":["arn:aws:ecs:eu-west-1:111122223333:cluster/shop"],"redeploy":`},
		"more clusters than a rule names":   {`"redeploy":`, `"clusters":["` + strings.Join(many, `","`) + `"],"redeploy":`},
		"the function as its own hearer":    {`"code":`, `"failure":"arn:aws:lambda:us-east-1:111122223333:function:prod-ecs-fargate-spot-handler","code":`},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", nil)
				a.install(t, "test", given("cluster", "shop"))
				role := a.find(t, "prod", nil).State.Role
				text, _, _ := strings.Cut(role.Description, `,"written"`)
				text = strings.Replace(text, edit.old, edit.by, 1) + "}"
				if _, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &role.Name, Description: &text}); err != nil {
					t.Fatal(err)
				}
				survey, err := Inspect(t.Context(), a.clients, resourcegroupstaggingapi.NewFromConfig(a.Config()), a.id, nil, nil, nil)
				if err != nil || len(survey.Found) != 2 || len(survey.Failed) > 0 {
					t.Fatalf("%+v, %v", survey, err)
				}
				status := a.status(t, "prod")
				if len(status.Problems) != 1 || status.Problems[0].ID != (resource.ID{Kind: resource.KindRole, Name: role.Name}) || !strings.Contains(status.Problems[0].Message, "differs: record") {
					t.Errorf("%+v", status.Problems)
				}
				a.uninstall(t, "prod", false)
				a.isEmpty(t, "prod")
			})
		})
	}
}

// failingRule is an EventBridge client that fails to describe one rule.
type failingRule struct {
	resource.RuleAPI
	name string
}

func (f *failingRule) DescribeRule(ctx context.Context, in *eventbridge.DescribeRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.DescribeRuleOutput, error) {
	if aws.ToString(in.Name) == f.name {
		return nil, &smithy.GenericAPIError{Code: "InternalException", Message: "no"}
	}
	return f.RuleAPI.DescribeRule(ctx, in, options...)
}

// An installation that cannot be read does not hide the others.
func TestOneFailureHidesNoOther(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		a.install(t, "test", given("cluster", "shop"))
		a.clients.Events = &failingRule{a.clients.Events, "prod-ecs-spot-interruption"}
		survey, err := Inspect(t.Context(), a.clients, resourcegroupstaggingapi.NewFromConfig(a.Config()), a.id, nil, nil, nil)
		if err != nil || len(survey.Found) != 1 || survey.Found[0].Names.Prefix != "test" {
			t.Fatalf("%+v, %v", survey, err)
		}
		if len(survey.Failed) != 1 || survey.Failed[0].Prefix != "prod" || !strings.Contains(survey.Failed[0].Err.Error(), "reading rule prod-ecs-spot-interruption") {
			t.Errorf("%+v", survey.Failed)
		}
	})
}

// A prefix that is short enough for the role but too long for the default names is also rejected before a
// write.
func TestPrefixTooLongForTheDefaultNames(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		prefix := strings.Repeat("p", 40)
		_, err := Find(t.Context(), a.clients, a.id, prefix, nil)
		apperrtest.Refused(t, err, "the function name "+prefix+"-ecs-fargate-spot-handler has 65 characters, Lambda allows 64", "--function-name NAME")
		a.install(t, prefix, given("function-name", "fn"))
		a.uninstall(t, prefix, false)
	})
}
