package settings

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// All returns the settings in the order of the help.
func All() []Setting {
	return slices.Concat(
		inGroup("Names and tags", nameSettings()),
		inGroup("What to redeploy", redeploySettings()),
		inGroup("Function", functionSettings()),
		inGroup("Network and keys", networkSettings()),
	)
}

func inGroup(title string, settings []Setting) []Setting {
	for i := range settings {
		settings[i].Group = title
	}
	return settings
}

func nameSettings() []Setting {
	return []Setting{
		text("function-name", "NAME", "Lambda function", "letters, digits, - and _",
			func(s *Spec) *string { return &s.FunctionName }),
		text("rule-name", "NAME", "EventBridge rule", "letters, digits, ., - and _",
			func(s *Spec) *string { return &s.RuleName }),
		rolePathSetting(),
		tagSetting(),
	}
}

func redeploySettings() []Setting {
	return []Setting{
		clusterSetting(),
		text("redeploy", "MODE", "once (per deployment), always (on every event), observe (only log)", "once, always (on every event), observe (only log)",
			func(s *Spec) *handler.Mode { return &s.Redeploy },
			string(handler.ModeOnce), string(handler.ModeAlways), string(handler.ModeObserve)),
		cooldownSetting(),
		text("rule-state", "STATE", "ENABLED, DISABLED", "ENABLED, DISABLED",
			func(s *Spec) *string { return &s.RuleState }, "ENABLED", "DISABLED"),
	}
}

func functionSettings() []Setting {
	return []Setting{
		text("architecture", "TYPE", "arm64, x86_64", "arm64, x86_64",
			func(s *Spec) *string { return &s.Architecture }, "arm64", "x86_64"),
		number("memory-size", "MB", "128 to 10240", "128 to 10240",
			128, 10240, func(s *Spec) *int { return &s.MemorySize }),
		number("timeout", "SECONDS", "1 to 900", "1 to 900",
			1, 900, func(s *Spec) *int { return &s.Timeout }),
		number("reserved-concurrency", "N", "executions to reserve; -1 for none", "-1 (unreserved), 0 and up",
			Unreserved, math.MaxInt32, func(s *Spec) *int { return &s.ReservedConcurrency }),
		text("log-level", "LEVEL", "DEBUG, INFO, WARNING, ERROR", "DEBUG, INFO, WARNING, ERROR",
			func(s *Spec) *string { return &s.LogLevel }, "DEBUG", "INFO", "WARNING", "ERROR"),
		retentionSetting(),
		text("tracing", "MODE", "X-Ray: PassThrough, Active", "PassThrough (as the caller does), Active",
			func(s *Spec) *string { return &s.Tracing }, TracingPassThrough, TracingActive),
		switchSetting("metrics", "CloudWatch metrics, billed by AWS",
			func(s *Spec) *bool { return &s.Metrics }),
		arnSetting("on-failure", "queue, topic, event bus or function that receives failed invocations", destinationForm(),
			func(s *Spec) *string { return &s.OnFailure }),
	}
}

func networkSettings() []Setting {
	return []Setting{
		idSetting("vpc-subnet", "subnet of a VPC, repeatable; none leaves the VPC", "subnet", maxSubnets,
			func(s *Spec) *[]string { return &s.Subnets }),
		idSetting("vpc-security-group", "security group in the VPC, repeatable", "sg", maxSecurityGroups,
			func(s *Spec) *[]string { return &s.SecurityGroups }),
		arnSetting("kms-key", "key for the log group and the environment", keyForm(),
			func(s *Spec) *string { return &s.KMSKey }),
		arnSetting("permissions-boundary", "the role's permissions boundary", boundaryForm(),
			func(s *Spec) *string { return &s.Boundary }),
	}
}

// retentionDays returns CloudWatch Logs' accepted values (PutRetentionPolicy, retentionInDays); 0 means never
// expire.
func retentionDays() []int {
	return []int{
		0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
		1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}
}

func retentionSetting() Setting {
	var days []string
	for _, n := range retentionDays() {
		days = append(days, strconv.Itoa(n))
	}
	return number("log-retention-days", "DAYS", "1, 3, 5, 7, 14, 30 ...; 0 never expires", "0 (never expire), "+strings.Join(days[1:], ", "),
		0, slices.Max(retentionDays()), func(s *Spec) *int { return &s.LogRetentionDays }, days...)
}

func cooldownSetting() Setting {
	const accepted = "a duration in whole seconds up to 24h, such as 90s or 5m; 0 for none"
	return Setting{
		Name: "cooldown", Value: "DURATION", Usage: "minimum time between redeployments while other tasks run; 0 for none", Accepted: accepted,
		set: func(spec *Spec, source string, texts []string) error {
			value, err := time.ParseDuration(texts[0])
			if err != nil || value < 0 || value > 24*time.Hour || value%time.Second != 0 {
				return refuse(source, texts[0], accepted)
			}
			spec.Cooldown = value
			return nil
		},
		get: func(spec Spec) any { return spec.Cooldown.String() },
	}
}

// JSON returns a Spec as JSON, with the flags' names in snake case.
func JSON(spec Spec) map[string]any {
	shown := map[string]any{}
	for _, setting := range All() {
		shown[setting.JSONName()] = setting.Get(spec)
	}
	return shown
}
