package settings

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// arnForm describes the ARNs that an AWS API accepts for an existing resource.
type arnForm struct {
	accepted string
	limit    int // characters
	pattern  string
}

// boundaryForm: a managed policy, of the account or of AWS (IAM API, arnType and policyNameType).
func boundaryForm() arnForm {
	return arnForm{"the ARN of an IAM policy, or none", 2048, `arn:[a-z-]+:iam::(aws|\d{12}):policy/([!-~]+/)?[\w+=,.@-]{1,128}`}
}

// keyForm: a key by its ID. CloudWatch Logs does not accept an alias (CloudWatch Logs API, AssociateKmsKey).
func keyForm() arnForm {
	return arnForm{"the ARN of a KMS key, not of an alias, or none", 256, `arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})`}
}

// destinationForm: what Lambda can report a failed asynchronous invocation to. Lambda accepts the ARN of a
// FIFO queue or topic but then delivers nothing (Lambda Developer Guide, records of asynchronous
// invocations), so those are rejected: their names end in .fifo, and other names contain no dot.
func destinationForm() arnForm {
	return arnForm{
		"the ARN of a standard SQS queue, a standard SNS topic, an EventBridge bus or a Lambda function, or none", 350,
		`arn:[a-z-]+:(` + strings.Join([]string{
			`sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}`,
			`sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}`,
			`events:[a-z0-9-]+:\d{12}:event-bus/[/.\w-]{1,256}`,
			`lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:(\$LATEST|[\w-]{1,128}))?`,
		}, "|") + `)`,
	}
}

// arnSetting returns a setting whose value is an ARN; "none" clears it.
func arnSetting(name, usage string, form arnForm, field func(*Spec) *string) Setting {
	return Setting{
		Name: name, Value: "ARN", Usage: usage, Accepted: form.accepted,
		set: func(spec *Spec, source string, texts []string) error {
			text := texts[0]
			switch {
			case strings.EqualFold(text, None):
				text = ""
			case len(text) > form.limit || !regexp.MustCompile(`^(`+form.pattern+`)$`).MatchString(text):
				return refuse(source, text, form.accepted)
			}
			*field(spec) = text
			return nil
		},
		get: func(spec Spec) any {
			if text := *field(&spec); text != "" {
				return text
			}
			return None
		},
	}
}

// partsOf parses an ARN; the settings accept only ARNs, and "" has empty parts.
func partsOf(text string) arn.ARN {
	parts, _ := arn.Parse(text)
	return parts
}

// agree reports whether two parts are equal or one of them is unknown.
func agree(a, b string) bool { return a == b || a == "" || b == "" }
