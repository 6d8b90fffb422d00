package settings

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/session"
)

// Every setting: its accepted values, and their form in JSON.
func TestSettingsAccept(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"function-name", "spot", `"spot"`},
		{"rule-name", "spot.rule", `"spot.rule"`},
		{"rule-state", "DISABLED", `"DISABLED"`},
		{"memory-size", "128", `128`},
		{"memory-size", "10240", `10240`},
		{"timeout", "1", `1`},
		{"timeout", "900", `900`},
		{"reserved-concurrency", "-1", `-1`},
		{"reserved-concurrency", "0", `0`},
		{"log-level", "WARNING", `"WARNING"`},
		{"log-retention-days", "0", `0`},
		{"log-retention-days", "3653", `3653`},
		{"tag", "Team=web=1", `{"Team":"web=1"}`},
		{"tag", "none", `{}`},
		{"architecture", "x86_64", `"x86_64"`},
		{"cluster", "shop", `["shop"]`},
		{"cluster", "all", `[]`},
		{"redeploy", "always", `"always"`},
		{"cooldown", "90s", `"1m30s"`},
		{"cooldown", "0", `"0s"`},
		{"cooldown", "24h", `"24h0m0s"`},
		{"log-level", "warning", `"WARNING"`},
		{"rule-state", "Disabled", `"DISABLED"`},
		{"architecture", "ARM64", `"arm64"`},
		{"redeploy", "Observe", `"observe"`},
		{"tracing", "active", `"Active"`},
		{"cluster", "ALL", `[]`},
		{"tag", "None", `{}`},
		{"kms-key", "NONE", `"none"`},
		{"vpc-subnet", "None", `[]`},
		{"metrics", "ON", `true`},
		{"metrics", "on", `true`},
		{"metrics", "false", `false`},
	} {
		spec := Defaults("")
		if err := given(test.name, test.text).Apply(&spec); err != nil {
			t.Errorf("--%s %s: %v", test.name, test.text, err)
		}
		for _, setting := range All() {
			if got := encodeJSON(setting.Get(spec)); setting.Name == test.name && got != test.want {
				t.Errorf("--%s %s is %s, not %s", test.name, test.text, got, test.want)
			}
		}
	}
}

// The error for a rejected value names its source, the value, and the accepted values.
func TestSettingsReject(t *testing.T) {
	for _, test := range []struct{ name, text, message, hint string }{
		{"function-name", "", `--function-name "" is not accepted`, "accepted: letters, digits, - and _"},
		{"role-path", "team", `--role-path "team" is not accepted`, "accepted: /, or words between slashes, such as /team/spot/"},
		{"role-path", "/team", `--role-path "/team" is not accepted`, "accepted: /, or words between slashes, such as /team/spot/"},
		{"role-path", "/team/*/", `--role-path "/team/*/" is not accepted`, "accepted: /, or words between slashes, such as /team/spot/"},
		{"role-path", "/" + strings.Repeat("p", 511) + "/", `--role-path "/` + strings.Repeat("p", 511) + `/" is not accepted`, "accepted: /, or words between slashes, such as /team/spot/"},
		{"rule-state", "on", `--rule-state "on" is not accepted`, "accepted: ENABLED, DISABLED"},
		{"memory-size", "127", `--memory-size "127" is not accepted`, "accepted: 128 to 10240"},
		{"memory-size", "10241", `--memory-size "10241" is not accepted`, "accepted: 128 to 10240"},
		{"memory-size", "128 MB", `--memory-size "128 MB" is not accepted`, "accepted: 128 to 10240"},
		{"timeout", "0", `--timeout "0" is not accepted`, "accepted: 1 to 900"},
		{"timeout", "901", `--timeout "901" is not accepted`, "accepted: 1 to 900"},
		{"reserved-concurrency", "-2", `--reserved-concurrency "-2" is not accepted`, "accepted: -1 (unreserved), 0 and up"},
		{"reserved-concurrency", "99999999999", `--reserved-concurrency "99999999999" is not accepted`, "accepted: -1 (unreserved), 0 and up"},
		{"metrics", "yes", `--metrics "yes" is not accepted`, "accepted: on, off"},
		{"log-level", "TRACE", `--log-level "TRACE" is not accepted`, "accepted: DEBUG, INFO, WARNING, ERROR"},
		{"log-retention-days", "15", `--log-retention-days "15" is not accepted`, "accepted: 0 (never expire), 1, 3, 5, 7, 14, 30,"},
		{"tag", "Team", `--tag "Team" is not of the form key=value`, "--tag key=value"},
		{"architecture", "amd64", `--architecture "amd64" is not accepted`, "accepted: arm64, x86_64"},
		{"cluster", "shop/api", `--cluster "shop/api" is not accepted`, "accepted: a name (letters, digits, - and _) or an ARN, repeatable, or all"},
		{"redeploy", "never", `--redeploy "never" is not accepted`, "accepted: once, always (on every event), observe (only log)"},
		{"cooldown", "5", `--cooldown "5" is not accepted`, "accepted: a duration in whole seconds up to 24h"},
		{"cooldown", "1500ms", `--cooldown "1500ms" is not accepted`, "accepted: a duration in whole seconds up to 24h"},
		{"cooldown", "25h", `--cooldown "25h" is not accepted`, "accepted: a duration in whole seconds up to 24h"},
		{"cooldown", "-1s", `--cooldown "-1s" is not accepted`, "accepted: a duration in whole seconds up to 24h"},
	} {
		apperrtest.Refused(t, given(test.name, test.text).Check(session.Identity{Region: "us-east-1"}, ""), test.message, test.hint)
	}
	var environment Given = map[string]Value{"timeout": {Texts: []string{"10", "20"}, Source: "SPOTHANDLER_TIMEOUT"}}
	apperrtest.Refused(t, environment.Check(session.Identity{Region: "us-east-1"}, ""), `SPOTHANDLER_TIMEOUT "10,20" is not accepted`, "accepted: 1 to 900")
	var empty Given = map[string]Value{"timeout": {Source: "spothandler.yaml: timeout"}}
	apperrtest.Refused(t, empty.Check(session.Identity{Region: "us-east-1"}, ""), `spothandler.yaml: timeout "" is not accepted`, "accepted: 1 to 900")
}

// The table: each setting can be shown, and the defaults match the help.
func TestSettingsTable(t *testing.T) {
	defaults := encodeJSON(JSON(Defaults("prod")))
	const want = `{"architecture":"arm64","clusters":[],"cooldown":"5m0s","function_name":"ecs-fargate-spot-handler","kms_key":"none",` +
		`"log_level":"INFO","log_retention_days":14,"memory_size":128,"metrics":false,"on_failure":"none","permissions_boundary":"none","redeploy":"once","reserved_concurrency":-1,` +
		`"role_path":"/spothandler/","rule_name":"ecs-spot-interruption","rule_state":"ENABLED","tags":{},"timeout":60,` +
		`"tracing":"PassThrough","vpc_security_groups":[],"vpc_subnets":[]}`
	if defaults != want {
		t.Errorf("the defaults are\n%s\nand not\n%s", defaults, want)
	}
	for _, setting := range All() {
		if setting.Usage == "" || setting.Accepted == "" {
			t.Errorf("%s has no help", setting.Name)
		}
	}
}
