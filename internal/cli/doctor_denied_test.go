package cli

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
)

// An additional policy may deny the role access to a single service, or the boundary to all services of a cluster: only these
// are not ready.
func TestDoctorOfDeniedService(t *testing.T) {
	needArchive(t)
	config := useLocal(t,
		localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1}, localaws.Service{Cluster: "shop", Name: "web", Desired: 2, OnDemand: 1},
		localaws.Service{Cluster: "batch", Name: "etl", Desired: 2, OnDemand: 1})
	must(t, "install --prefix prod")
	deny := func(restriction string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ecs:UpdateService",` + restriction + `}]}`
	}
	client, role := iam.NewFromConfig(config), aws.String("prod-spothandler-eu-west-1")
	if _, err := client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
		RoleName: role, PolicyName: aws.String("theirs"), PolicyDocument: aws.String(deny(`"Resource":"*:service/shop/web"`)),
	}); err != nil {
		t.Fatal(err)
	}
	result, code := diagnose(t)
	finding := result.found("web", "SPOT402")
	if code != command.ExitDiffers || finding == nil || result.found("api", "SPOT402") != nil || result.found("etl", "SPOT402") != nil || result.found("", "SPOT402") != nil {
		t.Fatalf("exit code %d: %+v", code, result)
	}
	if !strings.Contains(finding.Message, *role) || !strings.Contains(finding.Fix, "look at theirs") {
		t.Errorf("%+v", finding)
	}
	reads(t, "", []string{"left to ECS: the role lacks permission"}, nil)
	if result, _ := diagnose(t, "--cluster", "shop", "--service", "web"); result.found("web", "SPOT402") == nil || result.found("", "SPOT402") != nil {
		t.Errorf("of all that was asked for, and of nothing else: %+v", result)
	}
	boundary, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{
		PolicyName: aws.String("limit"), PolicyDocument: aws.String(deny(`"Resource":"*","Condition":{"ArnLike":{"ecs:cluster":"arn:*:ecs:*:*:cluster/shop"}}`)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: boundary.Policy.Arn}); err != nil {
		t.Fatal(err)
	}
	if result, _ := diagnose(t); result.found("web", "SPOT402") == nil || result.found("api", "SPOT402") == nil || result.found("etl", "SPOT402") != nil {
		t.Errorf("%+v", result)
	}
}

// Before an install, doctor lists the permissions that the caller lacks, according to the IAM policy simulator.
func TestDoctorBeforeAnInstall(t *testing.T) {
	needArchive(t)
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},` +
		`{"Effect":"Deny","Action":["iam:CreateRole","lambda:AddPermission"],"Resource":"*"}]}`
	useLocalAs(t, map[string]string{localaws.NewAccessKey(): document})
	result, code := diagnose(t)
	finding := result.found("", "SPOT306")
	if code != command.ExitOK || finding == nil || finding.Message != "no permission for iam:CreateRole and lambda:AddPermission" {
		t.Fatalf("exit code %d: %+v", code, finding)
	}
	reads(t, "", []string{"› spothandler policy install --prefix NAME   # the required policy: the caller has no permission for iam:CreateRole"}, nil)
	useLocal(t)
	if result, _ := diagnose(t); result.found("", "SPOT306") != nil {
		t.Errorf("who may do everything: %+v", result.AccountFindings)
	}
}
