package deploy

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

const (
	otherBoundary = "arn:aws:iam::aws:policy/AdministratorAccess"
	anothersQueue = "arn:aws:sqs:us-east-1:444455556666:theirs"
)

// writeRecord changes the record like a principal that may only change the role's description.
func writeRecord(t *testing.T, a *account, change func(*settings.Record)) {
	t.Helper()
	found := a.find(t, "prod", nil)
	record := *found.Record
	change(&record)
	text, err := record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &found.Names.Role, Description: &text}); err != nil {
		t.Fatal(err)
	}
}

// warned returns a prepared install and its warnings.
func warned(t *testing.T, a *account, asked settings.Given, reset bool) (*Install, []string) {
	t.Helper()
	var warnings []string
	install, err := PrepareInstall(t.Context(), a.clients, a.id, InstallRequest{
		Prefix: "prod", Given: asked, Reset: reset, Version: a.release.Version,
		Release: func(string) (resource.Release, error) { return a.release, nil },
		Warn:    func(text string) { warnings = append(warnings, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return install, warnings
}

// The permissions boundary is removed or changed only on explicit request: not because of the record,
// --reset, or a record that does not mention it.
func TestBoundaryIsKept(t *testing.T) {
	for name, test := range map[string]struct {
		installed settings.Given
		change    func(*testing.T, *account)
		asked     settings.Given
		reset     bool
		want      string // the role's boundary
		warning   string
	}{
		"the record says none": {
			given("permissions-boundary", aBoundary), func(t *testing.T, a *account) {
				writeRecord(t, a, func(r *settings.Record) { r.Boundary = "" })
			}, nil, false, aBoundary, "the role has the permissions boundary " + aBoundary + ", and the record none: it is kept; --permissions-boundary none removes it",
		},
		"the record says another": {
			given("permissions-boundary", aBoundary), func(t *testing.T, a *account) {
				writeRecord(t, a, func(r *settings.Record) { r.Boundary = otherBoundary })
			}, nil, false, aBoundary, "the role has the permissions boundary " + aBoundary + ", and the record " + otherBoundary + ": the role's is kept; --permissions-boundary ARN sets one",
		},
		"the role got one out of band": {
			nil, func(t *testing.T, a *account) {
				names := a.find(t, "prod", nil).Names
				if _, err := a.clients.IAM.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: &names.Role, PermissionsBoundary: ptr(aBoundary)}); err != nil {
					t.Fatal(err)
				}
			}, nil, false, aBoundary, "the role has the permissions boundary " + aBoundary + ", and the record none: it is kept; --permissions-boundary none removes it",
		},
		"reset":                 {given("permissions-boundary", aBoundary), unchanged, nil, true, aBoundary, "--reset keeps the permissions boundary " + aBoundary + "; --permissions-boundary none removes it"},
		"asked to go":           {given("permissions-boundary", aBoundary), unchanged, given("permissions-boundary", "none"), false, "", ""},
		"asked to go by reset":  {given("permissions-boundary", aBoundary), unchanged, given("permissions-boundary", "none"), true, "", ""},
		"asked to be another's": {given("permissions-boundary", aBoundary), unchanged, given("permissions-boundary", otherBoundary), false, otherBoundary, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", test.installed)
				test.change(t, a)
				disagree := strings.Contains(test.warning, "the record")
				status := a.status(t, "prod")
				if said := len(status.Problems) == 1 && strings.Contains(status.Problems[0].Message, "record.boundary") && len(status.Warnings) == 1; said != disagree || status.Healthy == disagree {
					t.Errorf("status says %+v, %q", status.Problems, status.Warnings)
				}
				install, warnings := warned(t, a, test.asked, test.reset)
				if text := strings.Join(warnings, "\n"); text != test.warning {
					t.Errorf("warned of %q", text)
				}
				if _, err := install.Apply(t.Context(), resource.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := install.Verify(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				if boundary := a.find(t, "prod", nil).State.Role.Boundary; boundary != test.want {
					t.Errorf("the role has the boundary %q", boundary)
				}
				if status := a.status(t, "prod"); !status.Healthy || len(status.Warnings) > 0 {
					t.Errorf("afterwards status says %+v, %q", status.Problems, status.Warnings)
				}
			})
		})
	}
}

func unchanged(*testing.T, *account) {}

func ptr(text string) *string { return &text }

// A destination in another account is set only on explicit request, and kept by --reset if the record and the
// function agree on it.
func TestDestinationOfAnotherAccount(t *testing.T) {
	for name, test := range map[string]struct {
		installed settings.Given
		recorded  string
		asked     settings.Given
		reset     bool
		want      string // the function's destination
		warning   string
	}{
		"the record says so": {
			nil, anothersQueue, nil, false, "",
			"the record sends failed invocations to " + anothersQueue + " in another account, and the function does not: it is not set; --on-failure ARN sets it",
		},
		"the record says so instead of ours": {
			given("on-failure", aQueue), anothersQueue, nil, false, aQueue,
			"the record sends failed invocations to " + anothersQueue + " in another account, and the function does not: it is not set; --on-failure ARN sets it",
		},
		"asked for":               {nil, "", given("on-failure", anothersQueue), false, anothersQueue, ""},
		"asked for before":        {given("on-failure", anothersQueue), anothersQueue, nil, false, anothersQueue, ""},
		"asked for before, reset": {given("on-failure", anothersQueue), anothersQueue, nil, true, anothersQueue, "--reset keeps the destination " + anothersQueue + " of failed invocations; --on-failure none removes it"},
		"ours, reset":             {given("on-failure", aQueue), aQueue, nil, true, "", ""},
		"asked to go":             {given("on-failure", anothersQueue), anothersQueue, given("on-failure", "none"), false, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", test.installed)
				writeRecord(t, a, func(r *settings.Record) { r.OnFailure = test.recorded })
				disagree := strings.Contains(test.warning, "the record")
				if status := a.status(t, "prod"); status.Healthy == disagree || (len(status.Warnings) == 1) != disagree {
					t.Errorf("status says %+v, %q", status.Problems, status.Warnings)
				}
				install, warnings := warned(t, a, test.asked, test.reset)
				if text := strings.Join(warnings, "\n"); text != test.warning {
					t.Errorf("warned of %q", text)
				}
				if _, err := install.Apply(t.Context(), resource.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := install.Verify(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				found := a.find(t, "prod", nil).State
				if got := found.Function.Async.OnFailure; got != test.want || strings.Contains(found.Role.Policy, anothersQueue) != (test.want == anothersQueue) {
					t.Errorf("the destination is %q, the policy %s", got, found.Role.Policy)
				}
			})
		})
	}
}

// A function that only the record names is removed only if it runs as our role: otherwise an uninstall stops and, with
// --force, leaves it. A function that was given by name, or that has the default name, is known by more than the record.
func TestFunctionNamedOnlyByTheRecord(t *testing.T) {
	for name, test := range map[string]struct {
		installed, names settings.Given
		byAnother        bool // it runs as another role
		stays            bool
	}{
		"as our role":              {given("function-name", "payments"), nil, false, false},
		"as another's":             {given("function-name", "payments"), nil, true, true},
		"as another's, by name":    {given("function-name", "payments"), given("function-name", "payments"), true, false},
		"as another's, by default": {nil, nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", test.installed)
				names := a.find(t, "prod", nil).Names
				if test.byAnother {
					runAsAnother(t, a, names)
				}
				const why = "Only the record in the role's description names it, and it runs as arn:aws:iam::111122223333:role/theirs."
				var warnings []string
				request := UninstallRequest{Prefix: "prod", Names: test.names, Warn: func(text string) { warnings = append(warnings, text) }}
				uninstall, err := PrepareUninstall(t.Context(), a.clients, a.id, request)
				if test.stays {
					if refusal := apperrtest.ErrorOf(t, err); !strings.Contains(refusal.Detail[0], why) {
						t.Errorf("refused for %q", refusal.Detail)
					}
					request.Force = true
					uninstall, err = PrepareUninstall(t.Context(), a.clients, a.id, request)
				}
				if err != nil {
					t.Fatal(err)
				}
				if warned := strings.Contains(strings.Join(warnings, "\n"), why); warned != test.stays {
					t.Errorf("warned of %q", warnings)
				}
				if _, err := uninstall.Apply(t.Context(), resource.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := uninstall.Verify(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				_, err = a.clients.Lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: &names.Function})
				if stays := err == nil; stays != test.stays || !stays && !apperr.IsNotFound(err) {
					t.Errorf("its GetFunction returns %v", err)
				}
			})
		})
	}
}

// runAsAnother gives the function another role.
func runAsAnother(t *testing.T, a *account, names resource.Names) {
	t.Helper()
	role, err := a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: ptr("theirs"), AssumeRolePolicyDocument: ptr(lambdaTrust)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &names.Function, Role: role.Role.Arn})
	if err != nil {
		t.Fatal(err)
	}
}
