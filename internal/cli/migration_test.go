package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/testaws"
)

// Following docs/from-terraform.md results in a healthy installation, without the module and with the rest of the workspace
// unchanged. MIGRATION=1 runs this test, on moto with Terraform and its aws provider (TF_CLI_ARGS_init may set its source):
// it takes a minute, and the provider is not available everywhere.
func TestMigrateFromTerraform(t *testing.T) {
	if os.Getenv("MIGRATION") == "" {
		t.Skip("MIGRATION is not set")
	}
	m := newMigration(t)
	m.run("terraform", "init", "-input=false")
	m.run("terraform", "apply", "-auto-approve")

	before := m.run("terraform", "state", "pull")
	m.run("spothandler", "install", "--prefix", "prod", "--adopt", "--dry-run")
	adopted := m.run("spothandler", "install", "--prefix", "prod", "--adopt", "--yes")
	if after := m.run("terraform", "state", "pull"); after != before {
		t.Error("spothandler changed Terraform's state")
	}
	if plan := m.run("terraform", "plan", "-no-color"); !strings.Contains(plan, "to change") {
		t.Errorf("an apply at this moment would change nothing, and the document says that it would:\n%s", plan)
	}
	forget := regexp.MustCompile(`terraform state rm '([^']+)'`).FindAllStringSubmatch(adopted, -1)
	if len(forget) != 5 {
		t.Fatalf("the takeover names %v", forget)
	}
	for _, each := range forget {
		m.run("terraform", "state", "rm", each[1])
	}
	m.run("terraform", "destroy", "-auto-approve", "-target=module.ecs_spot_handler")
	m.removeBlock()
	m.run("terraform", "plan", "-detailed-exitcode") // 2 where anything is left to change
	if left := strings.Fields(m.run("terraform", "state", "list")); !slices.Equal(left, []string{"aws_cloudwatch_log_group.other"}) {
		t.Errorf("the state holds %q", left)
	}

	m.run("spothandler", "status", "--prefix", "prod", "--no-history")
	if again := m.run("spothandler", "install", "--prefix", "prod"); !strings.Contains(again, "Nothing to change") {
		t.Errorf("an install changes something: %s", again)
	}
	m.run("spothandler", "uninstall", "--prefix", "prod", "--yes")
	m.run("terraform", "destroy", "-auto-approve")
}

// migration is a Terraform workspace and an account.
type migration struct {
	t      *testing.T
	folder string
	env    []string
}

func newMigration(t *testing.T) *migration {
	t.Helper()
	needBinaries(t)
	if _, err := shared.moto(); err != nil {
		t.Fatal(err)
	}
	proxy := testaws.NewProxy(newMoto(nil))
	t.Cleanup(proxy.Close)
	m := &migration{t: t, folder: t.TempDir(), env: append(
		os.Environ(), "AWS_ENDPOINT_URL="+proxy.URL(), "AWS_REGION="+region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "TF_IN_AUTOMATION=1",
	)}
	if err := os.CopyFS(m.folder, os.DirFS("testdata/module")); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(m.folder, "module", "lambda", "f.zip")
	if err := os.WriteFile(archive, codeOf(newer, ""), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// run runs a command, which must succeed, and returns its output.
func (m *migration) run(name string, args ...string) string {
	m.t.Helper()
	if name == "spothandler" {
		name = binary(shared.folder, name)
	}
	cmd := exec.CommandContext(m.t.Context(), name, args...)
	cmd.Dir, cmd.Env = m.folder, m.env
	output, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s %v: %v\n%s", name, args, err, output)
	}
	return string(output)
}

// removeBlock removes the module's block, which is the last.
func (m *migration) removeBlock() {
	m.t.Helper()
	file := filepath.Join(m.folder, "main.tf")
	content, err := os.ReadFile(file)
	if err != nil {
		m.t.Fatal(err)
	}
	rest, _, _ := strings.Cut(string(content), "module \"ecs_spot_handler\"")
	if err := os.WriteFile(file, []byte(rest), 0o600); err != nil {
		m.t.Fatal(err)
	}
}
