package testaws

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Environ returns the environment of this process without the user's settings of AWS clients, proxies, moto,
// spothandler and the terminal.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return isSetting(name)
	})
}

// ClearEnvironment removes what [Environ] leaves out from the environment of this process. TestMain calls it.
func ClearEnvironment() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); isSetting(name) {
			_ = os.Unsetenv(name)
		}
	}
}

func isSetting(name string) bool {
	name = strings.ToUpper(name)
	for _, prefix := range []string{"AWS_", "SPOTHANDLER_", "MOTO_", "INITIAL_NO_AUTH_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_COLOR", "CLICOLOR_FORCE", "TERM", "LANG", "LC_ALL", "LC_CTYPE"}, name)
}

// SetHome gives a test a home directory with this ~/.aws/config, and no settings in the environment but these.
func SetHome(t *testing.T, content string, env map[string]string) {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "config")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); isSetting(name) {
			t.Setenv(name, "") // restores it at the end
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-west-1")
	for name, value := range env {
		t.Setenv(name, value)
	}
}
