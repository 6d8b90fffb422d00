package lambda

import (
	"cmp"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// lambdaInput has the members of all calls. Resource is the function's ARN in tagging calls.
type lambdaInput struct {
	FunctionName string `check:"len=1:170 re=(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"`
	Resource     string
	functionSettings
	Qualifier string `check:"len=1:128 re=\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"`
	Publish   bool
	DryRun    bool
	Code      struct {
		ZipFile                   []byte
		S3Bucket, S3Key, ImageURI string
	}
	ZipFile       []byte
	Architectures []string `check:"len=0:1 enum=arm64|x86_64"`
	PackageType   string   `check:"enum=Zip"`
	RevisionID    string   `json:"RevisionId"`

	StatementID   string `json:"StatementId" check:"len=1:100 re=([a-zA-Z0-9-_]+)"`
	Action        string `check:"re=(lambda:[*]|lambda:[a-zA-Z]+|[*])"`
	Principal     string `check:"re=[^\\s]+"`
	SourceArn     string `check:"re=arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"`
	SourceAccount string `check:"re=\\d{12}"`

	triggerInput
	CodeSigningConfigArn string
	AllowedPublishers    api.Obj

	ReservedConcurrentExecutions *int `check:"min=0"`
	MaximumRetryAttempts         *int `check:"min=0 max=2"`
	MaximumEventAgeInSeconds     *int `check:"min=60 max=21600"`
	DestinationConfig            *destinations

	Marker   string
	MaxItems *int `json:",string"`
	api.Tagging
}

// triggerInput is the input of calls about other ways to invoke a function.
type triggerInput struct {
	UUID           string
	EventSourceArn string `check:"re=arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"`
	BatchSize      *int   `check:"min=1 max=10000"`
	Enabled        *bool
	AuthType       string `check:"enum=NONE|AWS_IAM"`
	InvokeMode     string `check:"enum=BUFFERED|RESPONSE_STREAM"`
}

// functionSettings are set by CreateFunction and UpdateFunctionConfiguration; nil or empty values stay
// unchanged.
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
	SnapStart        *snapStart
	Layers           []string

	FileSystemConfigs []fileSystemConfig `check:"len=0:1"`
}

// named returns the function's own name and the qualifier of a name, an ARN or a partial ARN.
func (in *lambdaInput) named() (name, qualifier string) {
	name = cmp.Or(in.FunctionName, in.Resource)
	if _, own, ok := strings.Cut(name, "function:"); ok {
		name = own
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

func (in *lambdaInput) name() string {
	name, _ := in.named()
	return name
}

func (in *lambdaInput) ARN(r *api.Region) string {
	if in.name() == "" {
		return ""
	}
	return r.ARN("lambda", "function:"+in.name())
}

// here rejects versions, and code from sources that this package does not support.
func (in *lambdaInput) here() error {
	switch {
	case in.Code.S3Bucket+in.Code.S3Key+in.Code.ImageURI != "":
		return api.NotImplemented("lambda:CreateFunction with code that is no ZipFile")
	case in.Publish:
		return api.NotImplemented("lambda:PublishVersion, which publish=true asks for,")
	}
	return nil
}
