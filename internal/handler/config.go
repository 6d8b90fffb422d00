package handler

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// The environment variables of the function. An unset or empty variable has its
// default.
const (
	// EnvRedeploy names the Mode; default once.
	EnvRedeploy = "SPOTHANDLER_REDEPLOY"
	// EnvCooldown is the age, as a Go duration, below which a deployment is not
	// replaced while other tasks run; "0s" disables it; default
	// DefaultCooldown.
	EnvCooldown = "SPOTHANDLER_COOLDOWN"
	// EnvLogLevel is the minimum level that is logged: DEBUG, INFO, WARNING or
	// ERROR; default INFO.
	EnvLogLevel = "LOG_LEVEL"
	// EnvMetrics is "true" to add CloudWatch metrics to the summary record.
	EnvMetrics = "SPOTHANDLER_METRICS"
	// EnvAccount is the account ID of the installation, twelve digits. By
	// default, events of any account are handled.
	EnvAccount = "SPOTHANDLER_ACCOUNT"
	// EnvRegion is set by Lambda: the Region in which the function runs.
	EnvRegion = "AWS_REGION"
	// EnvLogGroup is set by Lambda: the log group that the function writes to.
	EnvLogGroup = "AWS_LAMBDA_LOG_GROUP_NAME"
)

// DefaultCooldown is the cooldown if none is configured.
const DefaultCooldown = 5 * time.Minute

// Mode determines how an installation reacts to interruptions.
type Mode string

// The modes of an installation.
const (
	ModeOnce    Mode = "once"    // redeploy once for an interrupted deployment
	ModeAlways  Mode = "always"  // redeploy for every event
	ModeObserve Mode = "observe" // decide as in once, change nothing
)

// Config is the configuration of a Handler.
type Config struct {
	Mode     Mode
	Cooldown time.Duration
	LogLevel slog.Level
	Metrics  bool   // add CloudWatch metrics to the summary record
	LogGroup string // in which claims are made; "" disables claims
	Account  string // whose events are handled; "" means any
	Region   string // whose events are handled; "" means any
}

// ConfigFromEnv reads the configuration from the environment. The error names
// the variable, the beginning of its value and the accepted values.
func ConfigFromEnv(getenv func(string) string) (Config, error) {
	mode, err := parseMode(getenv(EnvRedeploy))
	if err != nil {
		return Config{}, err
	}
	cooldown, err := parseCooldown(getenv(EnvCooldown))
	if err != nil {
		return Config{}, err
	}
	level, err := parseLevel(getenv(EnvLogLevel))
	if err != nil {
		return Config{}, err
	}
	account, err := parseAccount(getenv(EnvAccount))
	if err != nil {
		return Config{}, err
	}
	return Config{
		Mode:     mode,
		Cooldown: cooldown,
		LogLevel: level,
		Metrics:  getenv(EnvMetrics) == "true",
		LogGroup: getenv(EnvLogGroup),
		Account:  account,
		Region:   getenv(EnvRegion),
	}, nil
}

func parseMode(value string) (Mode, error) {
	switch mode := Mode(value); mode {
	case "":
		return ModeOnce, nil
	case ModeOnce, ModeAlways, ModeObserve:
		return mode, nil
	}
	return "", fmt.Errorf("reading %s: %s is not once, always or observe", EnvRedeploy, quoted(value))
}

func parseCooldown(value string) (time.Duration, error) {
	if value == "" {
		return DefaultCooldown, nil
	}
	cooldown, err := time.ParseDuration(value)
	if err != nil { // which contains the whole value
		return 0, fmt.Errorf("reading %s: %s is not a duration such as 5m", EnvCooldown, quoted(value))
	}
	if cooldown < 0 {
		return 0, fmt.Errorf("reading %s: %s is negative", EnvCooldown, quoted(value))
	}
	return cooldown, nil
}

func parseLevel(value string) (slog.Level, error) {
	switch value {
	case "DEBUG":
		return slog.LevelDebug, nil
	case "", "INFO":
		return slog.LevelInfo, nil
	case "WARNING":
		return slog.LevelWarn, nil
	case "ERROR":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("reading %s: %s is not DEBUG, INFO, WARNING or ERROR", EnvLogLevel, quoted(value))
}

// quotedBytes is the maximum length of a rejected value in the log: enough to recognize a typing error, and less than
// half of an AWS secret key or token.
const quotedBytes = 16

// quoted returns a rejected value for the log, escaped and truncated, since it may be a secret in the wrong variable.
func quoted(value string) string {
	if len(value) <= quotedBytes {
		return strconv.Quote(value)
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.Quote(value[:quotedBytes]), len(value))
}

// parseAccount accepts an account ID. With a wrong one, every event would be
// skipped.
func parseAccount(value string) (string, error) {
	if value != "" && (len(value) != 12 || strings.Trim(value, "0123456789") != "") {
		return "", fmt.Errorf("reading %s: %s is not a twelve-digit account ID", EnvAccount, quoted(value))
	}
	return value, nil
}
