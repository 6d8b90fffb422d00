package localaws

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// state returns the states of "worker", and the error code that an update of it would have now.
func state(t *testing.T, c clients) string {
	t.Helper()
	out, err := c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("worker")})
	if err != nil {
		return codeOf(err)
	}
	return text(out.Configuration.State, out.Configuration.LastUpdateStatus)
}

func TestDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := start(t, Options{Account: "123456789012", Delays: &Delays{
			RoleUsable: 10 * time.Second, FunctionActive: 5 * time.Second, FunctionUpdate: 3 * time.Second, FunctionDelete: 2 * time.Second,
		}})
		create := createFunction(func(*lambda.CreateFunctionInput) {})
		outcome := func(call func() error) string { return codeOf(call()) }
		check := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		createIt := func() error { _, err := create(t.Context(), c); return err }
		update := func() error {
			_, err := c.lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("worker"), Timeout: aws.Int32(9)})
			return err
		}
		invoke := func() error {
			_, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("worker"), InvocationType: types.InvocationTypeDryRun})
			return err
		}
		if _, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("runs"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
			t.Fatal(err)
		}
		check("with a new role", outcome(createIt), "InvalidParameterValueException")
		time.Sleep(10 * time.Second)
		check("with the role 10 s later", outcome(createIt), "")
		check("at once", state(t, c), "Pending")
		check("an update while pending", outcome(update), "ResourceConflictException")
		check("an invocation while pending", outcome(invoke), "ResourceConflictException")
		time.Sleep(5 * time.Second)
		check("5 s later", state(t, c), "Active Successful")
		check("an update", outcome(update), "")
		check("at once after it", state(t, c), "Active InProgress")
		check("a second update", outcome(update), "ResourceConflictException")
		check("an invocation while updating", outcome(invoke), "")
		time.Sleep(3 * time.Second)
		check("3 s later", state(t, c), "Active Successful")
		check("a deletion", outcome(func() error { _, err := deleteFunction(t.Context(), c); return err }), "")
		check("at once after it", state(t, c), "Deleting")
		check("an update while deleting", outcome(update), "ResourceConflictException")
		time.Sleep(2 * time.Second)
		check("2 s later", state(t, c), "ResourceNotFoundException")
	})
}

func TestARecreatedRoleCannotReadTheEnvironment(t *testing.T) {
	_, c := start(t, Options{Account: "123456789012"})
	makeRole := func() {
		t.Helper()
		if _, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("runs"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
			t.Fatal(err)
		}
	}
	makeRole()
	if _, err := createFunction(func(*lambda.CreateFunctionInput) {})(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, err := c.iam.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: aws.String("runs")}); err != nil {
		t.Fatal(err)
	}
	makeRole()
	if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("worker")}); codeOf(err) != "KMSAccessDeniedException" {
		t.Error(err)
	}
}
