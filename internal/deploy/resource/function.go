package resource

import (
	"fmt"
	"strings"
	"time"
)

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
	Logging             *Logging // nil if a response has no LoggingConfig, as from some emulators
	ReservedConcurrency int
	Async               Async
	Network             Network
	KMSKey              string   // ARN; "" uses the service's own key
	Tracing             string   // PassThrough or Active
	Storage             int      // of /tmp, in MB
	Layers              []string // ARNs of layer versions; never wanted
	DeadLetters         string   // ARN of a queue or topic; never wanted
	FileSystems         []string // ARNs of access points; never wanted
	SnapStart           string   // None or PublishedVersions
	Tags                map[string]string

	// Zip is the code to upload; wanted only.
	Zip []byte
	// Found, never wanted.
	Failed   string // why the function or its last update failed; "" if neither
	Broken   bool   // state Failed, which no update repairs
	Deleting bool   // state Deleting: it still exists
	Settling bool   // Pending, or an update is in progress
	Unread   string // why Lambda does not return the environment; "" if it does
	Hidden   bool   // the caller may not decrypt the environment, so nothing is known about it
	Modified time.Time
	// Statements are the Sids in its resource policy that are neither ours nor duplicates of ours. They and
	// the following fields were added by others; only a report and a removal read the following fields.
	Statements []string
	URLs       []URL
	Mappings   []Mapping
	Signing    []string // ARN of the code signing configuration
	Unseen     error    // why URLs or mappings could not be read; nil if they were
}

// Logging is the function's LoggingConfig.
type Logging struct {
	Format      string
	Application string
	System      string
	Group       string
}

// Async is the function's event invoke configuration; the zero value means that there is none.
type Async struct {
	MaxAge     int // seconds
	MaxRetries int
	OnFailure  string // ARN; "" is none
	OnSuccess  string // ARN; never wanted
	Set        bool
}

// Network is the function's VPC configuration: subnets of a VPC, or, as the zero value, none.
type Network struct {
	Subnets        []string
	SecurityGroups []string
}

// URL is a function URL: HTTP requests to its address invoke the function.
type URL struct {
	Address string
	Alias   string // of the function, to which the URL belongs; "" if to none
}

// Mapping is an event source mapping: Lambda reads a queue or stream and invokes the function with the
// records.
type Mapping struct {
	UUID   string
	Source string // ARN
}

// ID returns the function as a plan and a status name it.
func (f *Function) ID() ID { return ID{KindFunction, f.Name} }

func (f *Function) partOf() ID         { return ID{} }
func (f *Function) waves() (_, _ wave) { return waveFunction, waveDeleteFunction }

func (f *Function) detail() string {
	text := fmt.Sprintf("%s · %d MB · %ds", f.Architecture, f.MemorySize, f.Timeout)
	if len(f.Network.Subnets) > 0 {
		text += " · VPC"
	}
	return text
}

func (f *Function) vital(field Field) bool {
	switch field.Path {
	case "", "state", "code", "runtime", "handler", "architecture", "role":
		return true
	case "environment": // as a whole: no key decrypts it
		return true
	}
	return field.Path == "reserved_concurrency" && field.Old == "0"
}

func (f *Function) part(path string) string {
	if below(path, "runtime", "handler", "description") {
		return "program"
	}
	return within(path, "environment", "logging", "async")
}

func (f *Function) unowned(prefix string) *Unowned {
	return unownedByTags(f, f.Tags, prefix, "its code and settings are replaced")
}

func (f *Function) tagCommand(names Names, tags []string) string {
	return fmt.Sprintf("aws lambda tag-resource --region %s --resource %s --tags %s", names.Region, names.FunctionARN(), strings.Join(tags, ","))
}

func (f *Function) additions() []Foreign {
	var all []Foreign
	add := func(id ID, what, command string, words ...string) {
		all = append(all, Foreign{id, what, append([]string{"lambda", command}, words...)})
	}
	for _, sid := range f.Statements {
		add(ID{KindPermission, f.Name}, "statement "+sid, "remove-permission", "--function-name", f.Name, "--statement-id", sid)
	}
	for _, url := range f.URLs {
		words := []string{"--function-name", f.Name}
		if url.Alias != "" {
			words = append(words, "--qualifier", url.Alias)
		}
		add(f.ID(), "function URL "+url.Address, "delete-function-url-config", words...)
	}
	for _, mapping := range f.Mappings {
		add(f.ID(), fmt.Sprintf("event source mapping %s from %s", mapping.UUID, mapping.Source), "delete-event-source-mapping", "--uuid", mapping.UUID)
	}
	for _, arn := range f.Signing {
		add(f.ID(), "code signing configuration "+arn, "delete-function-code-signing-config", "--function-name", f.Name)
	}
	return all
}

// settlingState is the state of a function that exists but is not ready yet.
const settlingState = "not ready yet"

// state describes what is wrong with the function itself; "" if nothing is.
func (f *Function) state() string {
	if f.Failed == "" && f.Settling {
		return settlingState
	}
	return f.Failed
}

func (f *Function) fields() []pair {
	fields := []pair{
		{"state", f.state()},
		{"code", f.CodeSHA256},
		{"architecture", f.Architecture},
		{"runtime", f.Runtime},
		{"handler", f.Handler},
		{"description", f.Description},
		{"role", f.RoleARN},
		{"memory_size", decimal(f.MemorySize)},
		{"timeout", decimal(f.Timeout)},
		{"reserved_concurrency", decimal(f.ReservedConcurrency)},
	}
	fields = append(fields, f.environmentFields()...)
	if l := f.Logging; l == nil {
		fields = append(fields, pair{"logging", unknown})
	} else {
		fields = append(fields, pair{"logging.format", l.Format}, pair{"logging.application_level", l.Application},
			pair{"logging.system_level", l.System}, pair{"logging.group", l.Group})
	}
	if f.Async.Set {
		fields = append(fields, pair{"async.max_event_age", decimal(f.Async.MaxAge)}, pair{"async.max_retries", decimal(f.Async.MaxRetries)},
			pair{"async.on_failure", f.Async.OnFailure}, pair{"async.on_success", f.Async.OnSuccess})
	}
	fields = append(fields, f.Network.fields()...)
	fields = append(fields, pair{"kms_key", f.KMSKey}, pair{"tracing", f.Tracing},
		pair{"ephemeral_storage", decimal(f.Storage)}, pair{"layers", strings.Join(f.Layers, ", ")},
		pair{"dead_letter_queue", f.DeadLetters}, pair{"file_systems", strings.Join(f.FileSystems, ", ")}, pair{"snap_start", f.SnapStart})
	return append(fields, tagFields(f.Tags)...)
}

func (f *Function) environmentFields() []pair {
	var fields []pair
	if f.Unread != "" { // so there are no variables to compare
		fields = append(fields, pair{"environment", unknown})
	}
	if f.Unread != "" && !f.Hidden {
		fields = append(fields, pair{"environment", "cannot be decrypted: " + f.Unread})
	}
	for _, key := range sortedKeys(f.Environment) {
		fields = append(fields, pair{environmentPath + key, f.Environment[key]})
	}
	return fields
}

func (n Network) fields() []pair {
	return []pair{
		{"vpc_subnets", strings.Join(n.Subnets, ", ")},
		{"vpc_security_groups", strings.Join(n.SecurityGroups, ", ")},
	}
}
