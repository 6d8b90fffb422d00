package handler

import (
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestConfigFromEnv(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want Config
	}{
		{"nothing set", nil, Config{Mode: ModeOnce, Cooldown: 5 * time.Minute}},
		{"all set", map[string]string{
			EnvRedeploy: "observe", EnvCooldown: "90s", EnvLogLevel: "WARNING", EnvMetrics: "true", EnvLogGroup: "/aws/lambda/f",
			EnvAccount: "011122223333", EnvRegion: "eu-west-1",
		}, Config{
			Mode: ModeObserve, Cooldown: 90 * time.Second, LogLevel: slog.LevelWarn, Metrics: true, LogGroup: "/aws/lambda/f",
			Account: "011122223333", Region: "eu-west-1",
		}},
		{"metrics switched off", map[string]string{EnvMetrics: "false"}, Config{Mode: ModeOnce, Cooldown: 5 * time.Minute}},
		{"no cooldown", map[string]string{EnvRedeploy: "always", EnvCooldown: "0s", EnvLogLevel: "DEBUG"}, Config{Mode: ModeAlways, LogLevel: slog.LevelDebug}},
		{"once, errors", map[string]string{EnvRedeploy: "once", EnvLogLevel: "ERROR"}, Config{Mode: ModeOnce, Cooldown: 5 * time.Minute, LogLevel: slog.LevelError}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ConfigFromEnv(func(name string) string { return c.env[name] })
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func TestConfigFromEnvRefuses(t *testing.T) {
	cases := []struct{ name, value, want string }{
		{EnvRedeploy, "twice", `reading SPOTHANDLER_REDEPLOY: "twice" is not once, always or observe`},
		{EnvCooldown, "5", `reading SPOTHANDLER_COOLDOWN: "5" is not a duration such as 5m`},
		{EnvCooldown, "-5m", `reading SPOTHANDLER_COOLDOWN: "-5m" is negative`},
		{EnvAccount, "11112222333", `reading SPOTHANDLER_ACCOUNT: "11112222333" is not a twelve-digit account ID`},
		{EnvAccount, "arn:aws:iam:", `reading SPOTHANDLER_ACCOUNT: "arn:aws:iam:" is not a twelve-digit account ID`},
		{EnvLogLevel, "info", `reading LOG_LEVEL: "info" is not DEBUG, INFO, WARNING or ERROR`},
	}
	for _, c := range cases {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			_, err := ConfigFromEnv(func(name string) string { return map[string]string{c.name: c.value}[name] })
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// The error is logged: a long value, which may be a secret in the wrong variable,
// is cut, and what would forge a line of the log is escaped.
func TestConfigFromEnvQuotesLittle(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	for _, name := range []string{EnvRedeploy, EnvCooldown, EnvLogLevel, EnvAccount} {
		for value, want := range map[string]string{
			secret:                             `"wJalrXUtnFEMI/K7"... (40 bytes)`,
			"-" + strings.Repeat("9", 5000):    `"-999999999999999"... (5001 bytes)`,
			"a\n{\"level\"}\x1b[31m\u202e\xff": `"a\n{\"level\"}\x1b[`,
		} {
			_, err := ConfigFromEnv(func(asked string) string { return map[string]string{name: value}[asked] })
			if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 150 || strings.ContainsFunc(err.Error(), func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Errorf("%s: got %v, want %s", name, err, want)
			}
		}
	}
}
