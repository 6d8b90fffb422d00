package localaws

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Lambda's limits in bytes.
const (
	zipLimit         = 52428800
	environmentLimit = 4096
)

// function is one Lambda function, its $LATEST version being its only one.
type function struct {
	region   *region
	conf     configuration
	code     []byte // the zip as uploaded
	tags     tags
	policy   []statement
	reserved *int // concurrency; nil: unreserved
	async    *asyncConfig
	roleID   string // which role may decrypt the environment: of the last configuration written

	seenFrom, activeAt, updatedAt, goneAt time.Time
	settled                               bool // Pending is over, and the revision has changed with it

	idle    []*cell
	epoch   int // counts what makes running sandboxes outdated
	running int // executions in flight
}

// configuration is a function's configuration as every call of Lambda shows it.
type configuration struct {
	FunctionName, FunctionArn, Runtime, Role, Handler string
	CodeSize                                          int
	Description                                       string
	Timeout, MemorySize                               int
	LastModified, CodeSha256, Version                 string
	VpcConfig                                         *vpcConfig        `json:",omitempty"`
	DeadLetterConfig                                  *deadLetterConfig `json:",omitempty"`
	Environment                                       *environment      `json:",omitempty"`
	KMSKeyArn                                         string            `json:",omitempty"`
	TracingConfig                                     tracingConfig
	RevisionID                                        string `json:"RevisionId"`
	State                                             string
	StateReason, StateReasonCode                      string `json:",omitempty"`
	LastUpdateStatus                                  string `json:",omitempty"`
	LastUpdateStatusReason                            string `json:",omitempty"`
	LastUpdateStatusReasonCode                        string `json:",omitempty"`
	PackageType                                       string
	Architectures                                     []string
	EphemeralStorage                                  ephemeralStorage
	SnapStart                                         struct{ ApplyOn, OptimizationStatus string }
	LoggingConfig                                     loggingConfig
}

type (
	environment   struct{ Variables map[string]string }
	tracingConfig struct {
		Mode string `check:"enum=Active|PassThrough"`
	}
	deadLetterConfig struct{ TargetArn string }
	ephemeralStorage struct{ Size int }
	vpcConfig        struct {
		Subnets        []string `json:"SubnetIds" check:"len=0:16"`
		SecurityGroups []string `json:"SecurityGroupIds" check:"len=0:5"`
	}
	loggingConfig struct {
		LogFormat           string
		ApplicationLogLevel string `json:",omitempty"`
		SystemLogLevel      string `json:",omitempty"`
		LogGroup            string
	}
)

// functionSettings are what CreateFunction and UpdateFunctionConfiguration set; what is nil or empty stays as it is.
type functionSettings struct {
	Runtime          string  `check:"re=(provided|python|nodejs|java|ruby|dotnet|go)[a-z0-9.]*"`
	Handler          string  `check:"len=1:128 re=[^\\s]+"`
	Role             string  `check:"re=arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"`
	Description      *string `check:"len=0:256"`
	Timeout          *int    `check:"min=1 max=900"`
	MemorySize       *int    `check:"min=128 max=10240"`
	KMSKeyArn        *string `check:"re=(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"`
	Environment      *environment
	TracingConfig    *tracingConfig
	DeadLetterConfig *deadLetterConfig
	EphemeralStorage *ephemeralStorage
	VpcConfig        *vpcConfig
	LoggingConfig    *loggingConfig
}

func newFunction(r *region, name string) *function {
	f := &function{region: r}
	f.conf = configuration{
		FunctionName: name, FunctionArn: r.arn("lambda", "function:"+name), Version: "$LATEST", PackageType: "Zip",
		Architectures: []string{"x86_64"},
		Timeout:       3, MemorySize: 128, TracingConfig: tracingConfig{"PassThrough"}, EphemeralStorage: ephemeralStorage{512},
		LoggingConfig: loggingConfig{LogFormat: "Text", LogGroup: "/aws/lambda/" + name},
	}
	f.conf.SnapStart.ApplyOn, f.conf.SnapStart.OptimizationStatus = "None", "Off"
	f.touch()
	return f
}

// touch gives the function a new revision.
func (f *function) touch() {
	f.conf.RevisionID, f.conf.LastModified = newID(), time.Now().UTC().Format("2006-01-02T15:04:05.000+0000")
}

// gone tells whether a deletion is over.
func (f *function) gone() bool { return !f.goneAt.IsZero() && !time.Now().Before(f.goneAt) }

// view is the configuration as it shows now.
func (f *function) view() configuration {
	now := time.Now()
	if !f.settled && !now.Before(f.activeAt) {
		f.settled = true
		f.conf.RevisionID = newID()
	}
	conf := f.conf
	switch {
	case !f.goneAt.IsZero():
		conf.State = "Deleting"
	case !f.settled:
		conf.State, conf.StateReason, conf.StateReasonCode = "Pending", "The function is being created.", "Creating"
	case now.Before(f.updatedAt):
		conf.State, conf.LastUpdateStatus = "Active", "InProgress"
		conf.LastUpdateStatusReason, conf.LastUpdateStatusReasonCode = "The function is being created.", "Creating"
	default:
		conf.State, conf.LastUpdateStatus = "Active", "Successful"
	}
	return conf
}

// updated begins an update's time in progress.
func (f *function) updated(d time.Duration) {
	f.updatedAt = time.Now().Add(d)
	f.touch()
	f.discard()
}

// setCode takes a zip, and an architecture where one is asked for.
func (f *function) setCode(code []byte, architectures []string) error {
	if len(code) > zipLimit {
		return refuse("RequestEntityTooLargeException", "Zipped size must be smaller than %d bytes", zipLimit)
	}
	if _, err := zip.NewReader(bytes.NewReader(code), int64(len(code))); err != nil {
		return invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	sum := sha256.Sum256(code)
	f.code, f.conf.CodeSize, f.conf.CodeSha256 = code, len(code), base64.StdEncoding.EncodeToString(sum[:])
	if len(architectures) > 0 {
		f.conf.Architectures = architectures
	}
	return nil
}

// apply changes what the settings name, all of it or nothing.
func (f *function) apply(s functionSettings) error {
	conf := f.conf
	conf.Role = orDefault(s.Role, conf.Role)
	if err := checkEnvironment(s.Environment); err != nil {
		return err
	}
	if !f.region.server.iam.assumable(conf.Role) {
		return invalidParameter("The role defined for the function cannot be assumed by Lambda.")
	}
	if err := f.checkNetwork(conf.Role, s.VpcConfig); err != nil {
		return err
	}
	conf.Runtime, conf.Handler = orDefault(s.Runtime, conf.Runtime), orDefault(s.Handler, conf.Handler)
	set(&conf.Description, s.Description)
	set(&conf.Timeout, s.Timeout)
	set(&conf.MemorySize, s.MemorySize)
	set(&conf.KMSKeyArn, s.KMSKeyArn)
	set(&conf.TracingConfig, s.TracingConfig)
	set(&conf.EphemeralStorage, s.EphemeralStorage)
	setOrClear(&conf.Environment, s.Environment, s.Environment != nil && len(s.Environment.Variables) > 0)
	setOrClear(&conf.DeadLetterConfig, s.DeadLetterConfig, s.DeadLetterConfig != nil && s.DeadLetterConfig.TargetArn != "")
	setOrClear(&conf.VpcConfig, s.VpcConfig, s.VpcConfig != nil && len(s.VpcConfig.Subnets) > 0)
	if err := conf.LoggingConfig.apply(s.LoggingConfig); err != nil {
		return err
	}
	f.conf, f.roleID = conf, f.region.server.iam.ofARN(conf.Role).RoleID
	return nil
}

// setOrClear puts what a caller gave; something empty takes away what was there.
func setOrClear[T any](field **T, given *T, full bool) {
	switch {
	case full:
		*field = given
	case given != nil:
		*field = nil
	}
}

// apply changes what is given: JSON without levels has INFO, Text has none, a log group alone keeps the format.
func (l *loggingConfig) apply(given *loggingConfig) error {
	if given == nil {
		return nil
	}
	if strings.HasPrefix(given.LogGroup, "aws/") {
		return invalidParameter("Log group names cannot start with the reserved prefix: aws/")
	}
	l.LogGroup = orDefault(given.LogGroup, l.LogGroup)
	l.LogFormat = orDefault(given.LogFormat, l.LogFormat)
	levels := given.ApplicationLogLevel + given.SystemLogLevel
	switch {
	case l.LogFormat == "Text" && levels != "":
		return invalidParameter("To set ApplicationLogLevel or SystemLogLevel, set LogFormat to JSON.")
	case l.LogFormat == "Text":
		l.ApplicationLogLevel, l.SystemLogLevel = "", ""
	default:
		l.ApplicationLogLevel = orDefault(orDefault(given.ApplicationLogLevel, l.ApplicationLogLevel), "INFO")
		l.SystemLogLevel = orDefault(orDefault(given.SystemLogLevel, l.SystemLogLevel), "INFO")
	}
	return nil
}

// checkEnvironment refuses what Lambda does not take as environment variables.
func checkEnvironment(e *environment) error {
	if e == nil {
		return nil
	}
	name := regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9_])+$`)
	var reserved []string
	for _, key := range slices.Sorted(maps.Keys(e.Variables)) {
		if !name.MatchString(key) {
			return refuse("ValidationException", "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]")
		}
		if reservedVariable(key) {
			reserved = append(reserved, key)
		}
	}
	if len(reserved) > 0 {
		return invalidParameter("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(reserved, ", "))
	}
	text, err := json.Marshal(e.Variables)
	if err != nil {
		return fmt.Errorf("measuring the environment: %w", err)
	}
	if len(text) > environmentLimit {
		return invalidParameter("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: %s", text)
	}
	return nil
}

// reservedVariable tells whether Lambda sets this variable itself and lets nobody else.
func reservedVariable(key string) bool {
	switch key {
	case "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR":
		return true
	}
	return strings.HasPrefix(key, "AWS_LAMBDA_") && key != "AWS_LAMBDA_EXEC_WRAPPER"
}
