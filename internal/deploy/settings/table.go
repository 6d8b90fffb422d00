package settings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

// Setting is one row of the table from which flags, environment variables and configuration file keys are
// derived. To add a setting: a field in Spec, a row in All, a field in Record, and its use in resource.Desired.
type Setting struct {
	Name     string   // the flag's name; the environment variable is SPOTHANDLER_ + upper case
	Group    string   // title of its group in the help
	Value    string   // placeholder in the help, such as MB
	Usage    string   // help text, with the accepted values in short
	Accepted string   // accepted values, for help and errors
	Choices  []string // all values, if there are few; otherwise nil
	List     bool     // may be given several times; replaces the whole list
	Switch   bool     // a boolean
	Number   bool     // an integer
	Low      int      // minimum of a number
	High     int      // maximum of a number
	Clear    string   // of a list: the word for an empty list, or for no restriction

	set func(spec *Spec, source string, texts []string) error
	get func(spec Spec) any
}

// Set parses a value and stores it in the Spec. The error names the source and the accepted values.
func (s Setting) Set(spec *Spec, source string, texts []string) error {
	return s.set(spec, source, texts)
}

// Get returns the setting's value in a Spec: a string, a number, a list or a map, as in JSON.
func (s Setting) Get(spec Spec) any { return s.get(spec) }

// texts returns the setting's value as a user would give it; not for tags.
func (s Setting) texts(spec Spec) []string {
	switch value := s.get(spec).(type) {
	case []string:
		return value
	default:
		return []string{fmt.Sprint(value)}
	}
}

// Flags returns the flags that give the setting its value in a Spec, such as "--on-failure none"; not for tags.
func (s Setting) Flags(spec Spec) string {
	texts := s.texts(spec)
	if len(texts) == 0 {
		texts = []string{s.Clear}
	}
	flags := make([]string, len(texts))
	for n, text := range texts {
		flags[n] = "--" + s.Name + " " + apperr.Quote(text)
	}
	return strings.Join(flags, " ")
}

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
		text("redeploy", "MODE", "once, always, observe (only log)", "once, always (on every event), observe (only log)",
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
		arnSetting("on-failure", "queue, topic, bus or function for failed invocations", destinationForm(),
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

func refuse(source, value, accepted string) error {
	return apperr.Invalid("accepted: "+accepted, "%s %s is not accepted", source, strconv.Quote(value))
}

// text returns a setting with a string value: one of the case-insensitive choices or, without choices, any
// word (names are checked together).
func text[T ~string](name, metavar, usage, accepted string, field func(*Spec) *T, choices ...string) Setting {
	return Setting{
		Name: name, Value: metavar, Usage: usage, Accepted: accepted, Choices: choices,
		set: func(spec *Spec, source string, texts []string) error {
			value := texts[0]
			if at := slices.IndexFunc(choices, func(choice string) bool { return strings.EqualFold(choice, value) }); at >= 0 {
				value = choices[at]
			} else if value == "" || len(choices) > 0 {
				return refuse(source, value, accepted)
			}
			*field(spec) = T(value)
			return nil
		},
		get: func(spec Spec) any { return string(*field(&spec)) },
	}
}

// number returns a setting with an integer value from low to high or, if there are choices, one of them.
func number(name, metavar, usage, accepted string, low, high int, field func(*Spec) *int, choices ...string) Setting {
	return Setting{
		Name: name, Value: metavar, Usage: usage, Accepted: accepted, Number: true, Low: low, High: high, Choices: choices,
		set: func(spec *Spec, source string, texts []string) error {
			value, err := strconv.Atoi(texts[0])
			if err != nil || value < low || value > high || len(choices) > 0 && !slices.Contains(choices, strconv.Itoa(value)) {
				return refuse(source, texts[0], accepted)
			}
			*field(spec) = value
			return nil
		},
		get: func(spec Spec) any { return *field(&spec) },
	}
}

// switchSetting returns a boolean setting: on or off, also true and false, as in YAML and JSON.
func switchSetting(name, usage string, field func(*Spec) *bool) Setting {
	const accepted = "on, off"
	return Setting{
		Name: name, Value: "on|off", Usage: usage, Accepted: accepted, Choices: []string{"on", "off"}, Switch: true,
		set: func(spec *Spec, source string, texts []string) error {
			on, known := map[string]bool{"on": true, "true": true, "off": false, "false": false}[strings.ToLower(texts[0])]
			if !known {
				return refuse(source, texts[0], accepted)
			}
			*field(spec) = on
			return nil
		},
		get: func(spec Spec) any { return *field(&spec) },
	}
}

// OnOff returns "on" or "off".
func OnOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
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

func tagSetting() Setting {
	return Setting{
		Name: "tag", Value: "KEY=VALUE", Usage: "tag on every resource, repeatable; none clears", Accepted: "key=value, repeatable, or none", List: true, Clear: None,
		set: func(spec *Spec, source string, texts []string) error {
			tags, err := parseTags(source, texts)
			if err != nil {
				return err
			}
			spec.Tags = tags
			return nil
		},
		get: func(spec Spec) any { return nonNilMap(spec.Tags) },
	}
}

func clusterSetting() Setting {
	return Setting{
		Name: "cluster", Value: "NAME", Usage: "ECS cluster to watch, repeatable (default all)", Accepted: "a cluster's name or ARN, repeatable, or all", List: true, Clear: AllClusters,
		set: func(spec *Spec, source string, texts []string) error {
			clusters, err := ParseClusters(source, texts)
			if err != nil {
				return err
			}
			spec.Clusters = clusters
			return nil
		},
		get: func(spec Spec) any { return append([]string{}, spec.Clusters...) },
	}
}

func cooldownSetting() Setting {
	const accepted = "a duration in whole seconds up to 24h, such as 90s or 5m; 0 for none"
	return Setting{
		Name: "cooldown", Value: "DURATION", Usage: "minimum between redeployments of a service with other tasks running; 0 for none", Accepted: accepted,
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

func nonNilMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// JSON returns a Spec as JSON, with the flags' names in snake case.
func JSON(spec Spec) map[string]any {
	shown := map[string]any{}
	for _, setting := range All() {
		shown[setting.JSONName()] = setting.Get(spec)
	}
	return shown
}

// JSONName returns the setting's name in JSON; lists are in the plural.
func (s Setting) JSONName() string {
	name := strings.ReplaceAll(s.Name, "-", "_")
	if s.List {
		name += "s"
	}
	return name
}
