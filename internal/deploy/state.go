package deploy

import "time"

// State is what is wanted of an installation, or what was found of it. Nil is absent.
type State struct {
	Role       *Role
	LogGroup   *LogGroup
	Function   *Function
	Permission *Permission
	Rule       *Rule
	Target     *Target

	// DropTags are keys that the wanted state has no longer; other keys that it does not have are
	// somebody else's, and are kept.
	DropTags []string
	// Foreign is what others added to our resources: kept by install, in the way of an uninstall.
	Foreign []Foreign
	// Twins would invoke the function a second time for the same event; they are found, never wanted.
	Twins Twins
}

// Twins are targets and statements of another's making that do what ours do, as an adopted Terraform
// module leaves them: targets of our rule that are our function, statements that let our rule invoke it.
type Twins struct {
	Targets    []string // ids
	Statements []string // Sids
}

// Kind names a resource of an installation.
type Kind string

// The six kinds, in the order of their creation.
const (
	KindRole       Kind = "role"
	KindLogGroup   Kind = "log_group"
	KindFunction   Kind = "function"
	KindPermission Kind = "permission"
	KindRule       Kind = "rule"
	KindTarget     Kind = "target"
)

// Kinds are the six kinds, in the order of their creation.
func Kinds() []Kind {
	return []Kind{KindRole, KindLogGroup, KindFunction, KindPermission, KindRule, KindTarget}
}

// Foreign is an addition to one of our resources that we did not make.
type Foreign struct {
	Resource Kind   `json:"resource"`
	Name     string `json:"name"`
	What     string `json:"what"` // "attached policy arn:...", "target other", "statement AllowMe"
}

// Role is the execution role with its one inline policy.
type Role struct {
	Name        string
	Path        string
	Description string // the Record
	Trust       string // JSON
	Policy      string // JSON of the inline policy; "" is absent
	Boundary    string // ARN of the permissions boundary; "" is none
	Tags        map[string]string

	// Found, never wanted.
	UniqueID string // RoleId, AROA...
	Created  time.Time
	Inline   []string // inline policies that are not ours
	Attached []string // ARNs of attached policies
	Profiles []string // instance profiles that the role is in; only a look to remove finds them
}

// LogGroup is the function's log group.
type LogGroup struct {
	Name          string
	RetentionDays int    // 0 never expires
	KMSKey        string // ARN; "" is the service's own
	Tags          map[string]string

	// Found, never wanted.
	RetentionRuler string // who rules the retention instead of the group, in words; "" is nobody
	Protected      bool   // deletion protection
}

// Function is the Lambda function with its reserved concurrency and asynchronous invocation settings.
type Function struct {
	Name                string
	RoleARN             string
	CodeSHA256          string // base64 of the zip's SHA-256
	Architecture        string
	Runtime             string
	Handler             string
	Description         string
	MemorySize          int // MB
	Timeout             int // seconds
	Environment         map[string]string
	Logging             *Logging // nil in an answer without LoggingConfig, which only emulators give
	ReservedConcurrency int
	Async               Async
	Network             Network
	KMSKey              string // ARN; "" is the service's own
	Tracing             string // PassThrough or Active
	Tags                map[string]string

	// Zip is the code to upload; wanted only.
	Zip []byte
	// Found, never wanted.
	Failed   string // why the function or its last update failed; "" is fine
	Broken   bool   // state Failed, which no update heals
	Deleting bool   // state Deleting: still there, and soon not
	Settling bool   // Pending, or an update is in progress
	Unread   string // why Lambda does not show the environment; "" is fine
	Hidden   bool   // it is the caller who may not decrypt it: nothing is known of it
	Modified time.Time
}

// Logging is the function's LoggingConfig.
type Logging struct {
	Format      string
	Application string
	System      string
	Group       string
}

// Async is the function's event invoke configuration; the zero value is its absence.
type Async struct {
	MaxAge     int // seconds
	MaxRetries int
	OnFailure  string // ARN; "" is none
	OnSuccess  string // ARN; never wanted
	Set        bool
}

// Network is where the function runs: in subnets of a VPC, or, as the zero value, outside of any.
type Network struct {
	Subnets        []string
	SecurityGroups []string
}

// Permission is our statement in the function's resource policy.
type Permission struct {
	Principal string
	Action    string
	SourceARN string
	Other     string // effect and conditions that are not ours, as JSON; "" is none
}

// Rule is the rule on the default event bus.
type Rule struct {
	Name        string
	Pattern     string // JSON
	State       string
	Description string
	Tags        map[string]string

	// Found, never wanted.
	Schedule  string   // somebody gave the rule a schedule as well
	ManagedBy string   // the AWS service that owns a managed rule
	Targets   []string // ids of targets that are not ours, twins among them
}

// Target is our target on the rule.
type Target struct {
	FunctionARN string
	MaxAge      int    // seconds; 86400 is AWS's default
	MaxRetries  int    // 185 is AWS's default
	Other       string // what it has beyond ours, as JSON; "" is nothing
}

// pair is one comparable field of a resource, as text.
type pair struct{ path, value string }
