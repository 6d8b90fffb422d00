package deploy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// An installation keeps its names: the record determines them, whatever is requested later.
func TestNamesAreRecorded(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("function-name", "fn", "rule-name", "my.rule"))
		for _, asked := range []settings.Given{nil, given("function-name", "fn"), given("rule-name", "my.rule")} {
			if names := a.find(t, "prod", asked).Names; names.Function != "prod-fn" || names.Rule != "prod-my.rule" || names.LogGroup != "/aws/lambda/prod-fn" {
				t.Errorf("with %v: %+v", asked, names)
			}
		}
		if spec, _, err := a.find(t, "prod", nil).Resolve(nil, true); err != nil || spec.FunctionName != "fn" || spec.RuleName != "my.rule" {
			t.Errorf("--reset renames: %+v, %v", spec, err)
		}
		for setting, message := range map[string]string{
			"function-name": "--function-name other: the function-name of this installation is fn, and cannot be changed",
			"rule-name":     "--rule-name other: the rule-name of this installation is my.rule, and cannot be changed",
		} {
			_, err := Find(t.Context(), a.clients, a.id, "prod", given(setting, "other"))
			if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeRenamed || refusal.Message != message {
				t.Errorf("%+v", refusal)
			}
		}
	})
}

// IAM treats role names that differ only in case as the same.
func TestSamePrefixInAnotherCase(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		done, err := a.tryInstall(t.Context(), "Prod", nil)
		refusal := apperrtest.ErrorOf(t, err)
		if done != 0 || refusal.Code != apperr.CodeSamePrefix || refusal.Message != `the prefix "Prod" differs from the installed "prod" only in case, and IAM treats both role names as the same` {
			t.Errorf("%d done, %+v", done, refusal)
		}
	})
	// Before the role is created, the list of roles shows the conflict.
	if err := checkPrefixCase("Prod", []Listed{{Prefix: "test"}, {Prefix: "prod"}}); apperrtest.ErrorOf(t, err).Code != apperr.CodeSamePrefix {
		t.Errorf("%v", err)
	}
	if err := checkPrefixCase("prod", []Listed{{Prefix: "test"}, {Prefix: "prod"}}); err != nil {
		t.Error(err)
	}
	// If GetRole is case-insensitive, the role's tags show the conflict.
	role := &resource.Role{Path: resource.Path, Tags: map[string]string{resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: "prod"}}
	if _, err := recordOf(role, "Prod"); apperrtest.ErrorOf(t, err).Code != apperr.CodeSamePrefix {
		t.Errorf("%v", err)
	}
}

// The names of roles are unique in the account whatever their paths. A role under another path is not listed before, but
// found as soon as IAM rejects ours, with the first write.
func TestSamePrefixInAnotherCaseAndPath(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "cus", given("role-path", "/custom/"))
		began := time.Now()
		done, err := a.tryInstall(t.Context(), "CUS", nil)
		if refusal := apperrtest.ErrorOf(t, err); done != 0 || refusal.Code != apperr.CodeSamePrefix {
			t.Errorf("%d done, %+v", done, refusal)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		if found := a.find(t, "CUS", nil); found.Found() {
			t.Errorf("it remains: %+v", found.State)
		}
	})
}

// The record of a role that does not belong to this installation is ignored.
func TestRecordOfAnothersRole(t *testing.T) {
	description := desiredFor(t, given("tag", "Team=web")).Role.Description
	for name, role := range map[string]*resource.Role{
		"no role":        nil,
		"no tags":        {Path: resource.Path, Description: description},
		"another tool":   {Path: resource.Path, Description: description, Tags: map[string]string{resource.TagManagedBy: "terraform", resource.TagPrefix: "PROD"}},
		"another prefix": {Path: resource.Path, Description: description, Tags: map[string]string{resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: "test"}},
	} {
		if record, err := recordOf(role, "prod"); record != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, record, err)
		}
	}
}

// Any remaining resource of ours counts as an installation. A permission and a target belong to the resource
// that they are part of.
func TestFound(t *testing.T) {
	for name, test := range map[string]struct {
		left func(resource.State) resource.State
		want bool
	}{
		"nothing":     {func(resource.State) resource.State { return resource.State{} }, false},
		"a role":      {func(s resource.State) resource.State { return resource.State{Role: s.Role} }, true},
		"a log group": {func(s resource.State) resource.State { return resource.State{LogGroup: s.LogGroup} }, true},
		"a function":  {func(s resource.State) resource.State { return resource.State{Function: s.Function} }, true},
		"a rule": {func(s resource.State) resource.State {
			return resource.State{Triggers: []resource.Trigger{{Rule: s.Triggers[0].Rule}}}
		}, true},
		"another's rule": {func(s resource.State) resource.State {
			s.Triggers[0].Rule.Tags = nil
			return resource.State{Triggers: []resource.Trigger{{Rule: s.Triggers[0].Rule}}}
		}, false},
	} {
		found := assessed(t)
		found.State = test.left(found.State)
		if got := found.Found(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Another owner's role under our name stops an install before its first write.
func TestRoleOfAnotherOwner(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.createRoleOutOfBand(t, "spothandler-us-east-1", "theirs", nil)
		found := a.find(t, "", nil)
		if refusal := apperrtest.ErrorOf(t, found.checkOwnership(true)); refusal.Message != "role spothandler-us-east-1 does not belong to this installation" {
			t.Errorf("%+v", refusal)
		}
	})
}

// A resource that another owner creates between read and write is not treated as ours.
func TestResourceAppearsDuringInstall(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		names, changes := a.plan(t, "", nil)
		a.createRoleOutOfBand(t, names.Role, "theirs", nil)
		_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), "creating role spothandler-us-east-1: EntityAlreadyExists") {
			t.Errorf("%v", err)
		}
	})
	inAccount(t, func(t *testing.T, a *account) {
		names, changes := a.plan(t, "", nil)
		_, err := a.clients.Events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &names.Rule, EventPattern: aws.String(`{"source":["theirs"]}`)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = resource.Apply(t.Context(), a.clients, names, changes, resource.Options{})
		refusal := apperrtest.ErrorOf(t, err)
		if refusal.Code != apperr.CodeNotOurs || refusal.Message != "rule ecs-spot-interruption was created while this install was running, and does not belong to it" ||
			refusal.Detail[0] != `It has no tag managed-by=spothandler. It is ENABLED, and its pattern is {"source":["theirs"]}` {
			t.Errorf("%+v", refusal)
		}
		if rule := a.find(t, "", nil).State.Triggers[0].Rule; rule.Pattern != `{"source":["theirs"]}` {
			t.Errorf("it was taken over: %+v", rule)
		}
	})
	for _, kind := range []resource.Kind{resource.KindLogGroup, resource.KindFunction} {
		inAccount(t, func(t *testing.T, a *account) {
			names, changes := a.plan(t, "", nil)
			theirs := desiredFor(t, given("tag", "Team=web"))
			theirs.LogGroup.Name, theirs.Function.Name = names.LogGroup, names.Function
			theirs.Function.Zip, theirs.Function.RoleARN = a.release.Zip, names.RoleARN()
			one := resource.State{LogGroup: theirs.LogGroup}
			if kind == resource.KindFunction {
				one = resource.State{Function: theirs.Function}
			}
			before := append(slices.Clone(changes[:1]), resource.Plan(one, resource.State{})...) // the role first
			if _, err := resource.Apply(t.Context(), a.clients, names, before, resource.Options{}); err != nil {
				t.Fatal(err)
			}
			if _, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{}); err == nil || !strings.Contains(err.Error(), names.Function) {
				t.Errorf("%s: %v", kind, err)
			}
		})
	}
}

// A resource that another owner takes during an install is not reported as slow propagation.
func TestResourceTakenDuringInstall(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		install, err := a.prepare(t.Context(), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := install.Apply(t.Context(), resource.Options{}); err != nil {
			t.Fatal(err)
		}
		arn := install.Found.Names.RuleARN()
		_, err = a.clients.Events.UntagResource(t.Context(), &eventbridge.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{resource.TagManagedBy}})
		if err != nil {
			t.Fatal(err)
		}
		if refusal := apperrtest.ErrorOf(t, install.Verify(t.Context(), 0)); refusal.Code != apperr.CodeNotOurs || refusal.Message != "rule ecs-spot-interruption does not belong to this installation" {
			t.Errorf("%+v", refusal)
		}
	})
}

// If a role with our name and tags appears during an install, the install continues only if no one else may
// assume it.
func TestRoleAppearsDuringInstall(t *testing.T) {
	const mine = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}`
	for name, test := range map[string]struct {
		path, trust string
		detail      string // "" means that the install continues
	}{
		"another install's":     {resource.Path, lambdaTrust, ""},
		"with a foreign trust":  {resource.Path, mine, "Its trust policy is " + mine},
		"under a foreign path":  {"/", lambdaTrust, "Its path is /, not /spothandler/."},
		"with ours and another": {resource.Path, strings.Replace(mine, "[{", `[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},{`, 1), "Its trust policy is "},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				install, err := a.prepare(t.Context(), "", nil)
				if err != nil {
					t.Fatal(err)
				}
				_, err = a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{
					RoleName: &install.Want.Role.Name, Path: &test.path, AssumeRolePolicyDocument: &test.trust, Description: &install.Want.Role.Description,
					Tags: iamTags(map[string]string{resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: ""}),
				})
				if err != nil {
					t.Fatal(err)
				}
				_, err = install.Apply(t.Context(), resource.Options{})
				if test.detail == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeNotOurs || !strings.HasPrefix(refusal.Detail[0], test.detail) {
					t.Errorf("%+v", refusal)
				}
				if puts := a.count("iam:PutRolePolicy"); puts > 0 {
					t.Error("it was given our policy")
				}
			})
		})
	}
}

// Settings: the given value, else the recorded one, else (or on reset) the default.
func TestResolve(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("memory-size", "256", "timeout", "45", "cluster", "shop", "tag", "Team=web"))
		found := a.find(t, "prod", nil)
		for _, test := range []struct {
			settings settings.Given
			reset    bool
			want     string
		}{
			{nil, false, "256 45 [shop] map[Team:web]"},
			{given("timeout", "50"), false, "256 50 [shop] map[Team:web]"},
			{given("cluster", "batch", "tag", "a=1"), false, "256 45 [batch] map[a:1]"},
			{given("cluster", "all", "tag", "none"), false, "256 45 [] map[]"},
			{given("timeout", "50"), true, "128 50 [] map[]"},
			{given("cluster", "arn:aws:ecs:us-east-1:111122223333:cluster/shop"), false, "256 45 [shop] map[Team:web]"},
		} {
			spec, warnings, err := found.Resolve(test.settings, test.reset)
			if err != nil || len(warnings) > 0 {
				t.Fatal(err, warnings)
			}
			got := strings.Join([]string{strconv.Itoa(spec.MemorySize), strconv.Itoa(spec.Timeout), fmt.Sprint(spec.Clusters), fmt.Sprint(spec.Tags)}, " ")
			if got != test.want {
				t.Errorf("%v, reset %t: %s, not %s", test.settings, test.reset, got, test.want)
			}
		}
		if _, _, err := found.Resolve(given("timeout", "0"), false); err == nil {
			t.Error("a bad value was taken")
		}
	})
}

// A failed read names what was read, and does not count as absent.
func TestFindFails(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.Inject(localaws.Fault{Action: "GetRole", Refuse: &localaws.Error{Code: "ValidationError", Message: "no"}})
		_, err := Find(t.Context(), a.clients, a.id, "prod", nil)
		if err == nil || err.Error() != "reading role prod-spothandler-us-east-1: ValidationError: no" {
			t.Errorf("%v", err)
		}
	})
}
