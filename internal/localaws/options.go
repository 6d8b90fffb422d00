package localaws

import "crypto/rand"

// Options configure a [Server]. The zero value is usable.
type Options struct {
	// Account is the account's twelve digits; "" is 111122223333.
	Account string
	// Region is used by [Server.Seed], [Server.Interrupt] and [Server.Config]; "" is us-east-1. Clients may
	// use any Region.
	Region string
	// AccessKey is the access key ID that callers must use, apart from those of Policies; "" accepts any.
	// Anyone who knows it can run programs on this machine as its user, in the form of Lambda functions. See
	// [NewAccessKey].
	AccessKey string
	// Delays are the delays until changes take effect; nil means [DefaultDelays].
	Delays *Delays
	// Concurrency is the account's limit of concurrent Lambda executions in each Region; 0 means AWS's 1000.
	Concurrency int
	// Existing are the ARNs of initial resources: policies, which allow everything, queues and topics.
	Existing []string
	// OptInRegions are the Regions that the account has enabled in addition to those that every account has.
	OptInRegions []string
	// LogRetention is an account-level retention policy that overrides that of every log group; nil means
	// none.
	LogRetention *LogRetention
	// Rates enforces AWS's documented rate limit of FilterLogEvents in each Region.
	Rates bool
	// DuplicateEvents makes EventBridge deliver every event twice, because it guarantees only at-least-once
	// delivery.
	DuplicateEvents bool
	// Policies enables IAM enforcement: the identity policy of the caller, by access key ID. Other keys are
	// unrestricted; a function has the permissions of its role's inline policies. Nil: all callers are
	// unrestricted.
	Policies map[string]string
	// Interrupted, if set, is called after each interruption, with the ARNs of the tasks.
	Interrupted func(cluster, service string, tasks []string)
	// Invoked, if set, is called after each invocation of a function.
	Invoked func(InvocationResult)
	// HostZip converts a function's zip of another architecture to one for this host. If it is nil or fails,
	// so do the function's invocations.
	HostZip func(zip []byte) ([]byte, error)
	// InProcess, if set, runs functions inside this process instead of as separate processes.
	InProcess InProcess
}

// NewAccessKey returns a random access key ID for [Options.AccessKey].
func NewAccessKey() string { return "AKIALOCAL" + rand.Text() }
