package lambda

import "github.com/spothandler/spothandler/internal/localaws/api"

// configuration is a function's configuration as in every response of Lambda.
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
	SnapStart                                         snapStart
	Layers                                            []layer            `json:",omitempty"`
	FileSystemConfigs                                 []fileSystemConfig `json:",omitempty"`
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
	snapStart struct {
		ApplyOn            string `check:"enum=PublishedVersions|None"`
		OptimizationStatus string
	}
	layer struct {
		Arn      string
		CodeSize int
	}
	fileSystemConfig struct {
		Arn            string `check:"re=arn:aws[a-zA-Z-]*:elasticfilesystem:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:\\d{12}:access-point/fsap-[a-f0-9]{17}"`
		LocalMountPath string `check:"re=/mnt/[a-zA-Z0-9-_.]+"`
	}
	loggingConfig struct {
		LogFormat           string
		ApplicationLogLevel string `json:",omitempty"`
		SystemLogLevel      string `json:",omitempty"`
		LogGroup            string
	}
)

// asyncConfig is a function's configuration for asynchronous invocation.
type asyncConfig struct {
	LastModified             api.Epoch
	FunctionArn              string
	MaximumRetryAttempts     *int `json:",omitempty"`
	MaximumEventAgeInSeconds *int `json:",omitempty"`
	DestinationConfig        destinations
}

// destinations receive the results of asynchronous invocations.
type destinations struct {
	OnSuccess, OnFailure struct {
		Destination string `json:",omitempty"`
	}
}

// functionURL is a function's URL. It does not respond.
type functionURL struct {
	FunctionURL                    string `json:"FunctionUrl"`
	FunctionArn, AuthType          string
	CreationTime, LastModifiedTime string
	InvokeMode                     string
}
