package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/localaws"
)

// diagnose runs doctor in this process against the AWS of the environment.
func diagnose(t *testing.T, args ...string) (answer doctorAnswer, code int) {
	t.Helper()
	var out bytes.Buffer
	code = Run(t.Context(), append([]string{"doctor", "-o", "json"}, args...), NewStreams(strings.NewReader(""), &out, &out))
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return answer, code
}

// found is the finding with a code on a service, or on the account.
func (d doctorAnswer) found(service, code string) *doctor.Finding {
	findings := slices.Concat(d.AccountFindings, d.Installation)
	for i := range d.Services {
		if d.Services[i].Service == service {
			findings = d.Services[i].Findings
		}
	}
	at := slices.IndexFunc(findings, func(f doctor.Finding) bool { return f.Code == code })
	if at < 0 {
		return nil
	}
	return &findings[at]
}

// useLocal points this process and its children at a local AWS with these services.
func useLocal(t *testing.T, services ...localaws.Service) {
	t.Helper()
	server := localaws.New(localaws.Options{Region: localRegion, Delays: &localaws.Delays{}})
	t.Cleanup(func() { _ = server.Close() })
	if err := server.Seed(services...); err != nil {
		t.Fatal(err)
	}
	url, err := server.URL()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range localEnv(url, localRegion, localaws.NewAccessKey()) {
		t.Setenv(v.name, v.value)
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, nowhere)
	}
}

// Each of these cures runs as printed on the services of spothandler local, and its finding is gone.
func TestCures(t *testing.T) {
	for _, program := range []string{"aws", "jq", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not on the PATH")
		}
	}
	services := append(localServices(),
		localaws.Service{Cluster: "more", Name: "slow", Desired: 2, Drain: 60, Settings: map[string]any{"platformVersion": "1.2.0"}},
		localaws.Service{Cluster: "more", Name: "large", Desired: 9, OnDemand: 1},
		localaws.Service{Cluster: "more", Name: "loose", Desired: 2, OnDemand: 1, Settings: map[string]any{
			"deploymentConfiguration": map[string]any{"deploymentCircuitBreaker": map[string]any{"enable": true, "rollback": false}},
		}},
	)
	useLocal(t, services...)
	t.Chdir(t.TempDir())
	for _, each := range []struct{ service, code string }{
		{"worker", "SPOT101"},
		{"mailer", "SPOT102"},
		{"worker", "SPOT103"},
		{"api", "SPOT104"},
		{"worker", "SPOT106"},
		{"index", "SPOT108"}, // and SPOT116 with it
		{"loose", "SPOT116"},
		{"slow", "SPOT109"},
		{"slow", "SPOT117"},
		{"api", "SPOT118"},
		{"search", "SPOT203"},
		{"", "SPOT302"},
	} {
		answer, _ := diagnose(t)
		finding := answer.found(each.service, each.code)
		if finding == nil {
			t.Errorf("%s %s: not found", each.service, each.code)
			continue
		}
		cure, _, _ := strings.Cut(finding.Cure, "   ")
		if said, err := exec.CommandContext(t.Context(), "sh", "-ec", cure).CombinedOutput(); err != nil {
			t.Errorf("%s %s: %s: %v\n%s", each.service, each.code, cure, err, said)
			continue
		}
		if answer, _ = diagnose(t); answer.found(each.service, each.code) != nil {
			t.Errorf("%s %s: still there after %s", each.service, each.code, cure)
		}
	}
}

// Before anything is installed doctor says what an installation would do, an error finding is exit code 2, a warning is
// with --strict alone, and what is accepted counts no more.
func TestDoctorExitCodes(t *testing.T) {
	useLocal(t, localServices()...)
	for _, test := range []struct {
		args []string
		want int
	}{
		{nil, exitDiffers},
		{[]string{"--service", "api"}, exitFine},
		{[]string{"--service", "api", "--strict"}, exitDiffers},
		{[]string{"--service", "api", "--strict", "--ignore", "spot104,SPOT118"}, exitFine},
		{[]string{"--cluster", "batch"}, exitFine},
		{[]string{"--service", "web", "--strict"}, exitFine},
	} {
		answer, code := diagnose(t, test.args...)
		if code != test.want {
			t.Errorf("%v: exit code %d, want %d", test.args, code, test.want)
		}
		for _, s := range answer.Services {
			if s.Service == "web" && (s.Decision.Action != "redeploy" || !s.Ready()) {
				t.Errorf("%v: web: %+v", test.args, s)
			}
		}
	}
}

// What is wrong with an installation is found, its own cure mends it, and another's rule is told from ours.
func TestDoctorOfInstallation(t *testing.T) {
	if _, err := embed.Archive("arm64"); errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
	useLocal(t, localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1}, localaws.Service{Cluster: "batch", Name: "etl", Desired: 2, OnDemand: 1})
	own := func(line string) {
		t.Helper()
		var out bytes.Buffer
		if code := Run(t.Context(), strings.Fields(line), NewStreams(strings.NewReader(""), &out, &out)); code != exitFine {
			t.Fatalf("%s: exit code %d: %s", line, code, out.String())
		}
	}
	own("install --prefix prod --cluster shop")
	answer, code := diagnose(t)
	if code != exitFine || len(answer.Installation) > 0 || answer.found("api", "SPOT203") != nil || answer.found("etl", "SPOT203") == nil {
		t.Errorf("exit code %d: only etl is heard by nobody: %+v", code, answer)
	}
	for _, test := range []struct{ breaking, code string }{
		{"install --prefix prod --reserved-concurrency 0", "SPOT303"},
		{"install --prefix prod --rule-state DISABLED", "SPOT401"},
	} {
		own(test.breaking)
		answer, code := diagnose(t)
		finding := answer.found("", test.code)
		if code != exitDiffers || finding == nil {
			t.Fatalf("%s: exit code %d: %+v", test.breaking, code, answer.Installation)
		}
		own(strings.TrimPrefix(finding.Cure, "spothandler "))
		if answer, code := diagnose(t); code != exitFine || answer.found("", test.code) != nil {
			t.Errorf("after %s: exit code %d: %+v", finding.Cure, code, answer.Installation)
		}
	}
}
