package settings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/session"
)

// The accepted values of these settings, and their form in JSON.
func TestOptionalSettingsAccepted(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"vpc-subnet", aSubnet, `["` + aSubnet + `"]`},
		{"vpc-subnet", otherSubnet, `["` + otherSubnet + `"]`},
		{"vpc-subnet", "none", `[]`},
		{"vpc-security-group", aGroup, `["` + aGroup + `"]`},
		{"vpc-security-group", "none", `[]`},
		{"permissions-boundary", aBoundary, `"` + aBoundary + `"`},
		{"permissions-boundary", "arn:aws:iam::aws:policy/PowerUserAccess", `"arn:aws:iam::aws:policy/PowerUserAccess"`},
		{"permissions-boundary", "none", `"none"`},
		{"kms-key", aKey, `"` + aKey + `"`},
		{"kms-key", otherKey, `"` + otherKey + `"`},
		{"kms-key", "none", `"none"`},
		{"on-failure", aQueue, `"` + aQueue + `"`},
		{"on-failure", aTopic, `"` + aTopic + `"`},
		{"on-failure", aBus, `"` + aBus + `"`},
		{"on-failure", "arn:aws:lambda:us-east-1:111122223333:function:failed:live", `"arn:aws:lambda:us-east-1:111122223333:function:failed:live"`},
		{"on-failure", "arn:aws:sqs:us-east-1:444455556666:of-another-account", `"arn:aws:sqs:us-east-1:444455556666:of-another-account"`},
		{"on-failure", "none", `"none"`},
		{"tracing", "Active", `"Active"`},
		{"tracing", "PassThrough", `"PassThrough"`},
	} {
		asked, spec := given(test.name, test.text), Defaults("")
		if err := asked.Check(session.Identity{Region: "us-east-1"}, ""); err != nil {
			t.Errorf("--%s %s: %v", test.name, test.text, err)
		}
		if err := asked.Apply(&spec); err != nil {
			t.Errorf("--%s %s: %v", test.name, test.text, err)
		}
		for _, setting := range All() {
			if got := encodeJSON(setting.Get(spec)); setting.Name == test.name && got != test.want {
				t.Errorf("--%s %s is %s, not %s", test.name, test.text, got, test.want)
			}
		}
	}
}

// Values that AWS would not accept are rejected before any call.
func TestOptionalSettingsRejected(t *testing.T) {
	for _, test := range []struct{ name, text, hint string }{
		{"vpc-subnet", "subnet-1", "accepted: subnet- and 8 or 17 hexadecimal digits, repeatable up to 16 times, or none"},
		{"vpc-subnet", aGroup, "accepted: subnet- and 8 or 17 hexadecimal digits"},
		{"vpc-subnet", "", "accepted: subnet- and 8 or 17 hexadecimal digits"},
		{"vpc-security-group", "default", "accepted: sg- and 8 or 17 hexadecimal digits, repeatable up to 5 times, or none"},
		{"permissions-boundary", "PowerUserAccess", "accepted: the ARN of an IAM policy, or none"},
		{"permissions-boundary", "arn:aws:iam::111122223333:role/boundary", "accepted: the ARN of an IAM policy"},
		{"permissions-boundary", "", "accepted: the ARN of an IAM policy"},
		{"kms-key", "alias/mine", "accepted: the ARN of a KMS key, not of an alias, or none"},
		{"kms-key", "arn:aws:kms:us-east-1:111122223333:alias/mine", "accepted: the ARN of a KMS key"},
		{"kms-key", "0a1b2c3d-0000-1111-2222-333344445555", "accepted: the ARN of a KMS key"},
		{"on-failure", aQueue + ".fifo", "accepted: the ARN of a standard SQS queue, a standard SNS topic, an EventBridge bus or a Lambda function, or none"},
		{"on-failure", aTopic + ".fifo", "accepted: the ARN of a standard SQS queue"},
		{"on-failure", "arn:aws:s3:::bucket", "accepted: the ARN of a standard SQS queue"},
		{"on-failure", "arn:aws:events:us-east-1:111122223333:rule/failed", "accepted: the ARN of a standard SQS queue"},
		{"on-failure", "https://sqs.us-east-1.amazonaws.com/111122223333/failed", "accepted: the ARN of a standard SQS queue"},
		{"on-failure", "arn:aws:events:us-east-1:111122223333:event-bus/" + strings.Repeat("b", 300), "accepted: the ARN of a standard SQS queue"},
		{"permissions-boundary", "arn:aws:iam::111122223333:policy/" + strings.Repeat("p/", 1000) + "boundary-1234567", "accepted: the ARN of an IAM policy, or none"},
		{"tracing", "on", "accepted: PassThrough (as the caller does), Active"},
	} {
		apperrtest.Refused(t, given(test.name, test.text).Check(session.Identity{Region: "us-east-1"}, ""), fmt.Sprintf("--%s %q is not accepted", test.name, test.text), test.hint)
	}
}

// Lists have Lambda's limits; order and duplicates are ignored.
func TestOptionalLists(t *testing.T) {
	var subnets, groups []string
	for i := range 17 {
		subnets = append(subnets, "vpc-subnet", fmt.Sprintf("subnet-%017x", i))
		groups = append(groups, "vpc-security-group", fmt.Sprintf("sg-%08x", i))
	}
	apperrtest.Refused(t, given(subnets...).Check(session.Identity{Region: "us-east-1"}, ""), "--vpc-subnet: 17 are too many", "Lambda takes up to 16")
	apperrtest.Refused(t, given(groups[:12]...).Check(session.Identity{Region: "us-east-1"}, ""), "--vpc-security-group: 6 are too many", "Lambda takes up to 5")
	spec := Defaults("")
	if err := given(append(subnets[:32], groups[:10]...)...).Apply(&spec); err != nil || len(spec.Subnets) != 16 || len(spec.SecurityGroups) != 5 {
		t.Errorf("%q, %v", spec.Subnets, err)
	}
	if err := given("vpc-subnet", aSubnet, "vpc-subnet", otherSubnet, "vpc-subnet", aSubnet).Apply(&spec); err != nil || encodeJSON(spec.Subnets) != encodeJSON([]string{otherSubnet, aSubnet}) {
		t.Errorf("%q, %v", spec.Subnets, err)
	}
	apperrtest.Refused(t, given("vpc-subnet", aSubnet, "vpc-subnet", "none").Check(session.Identity{Region: "us-east-1"}, ""), `--vpc-subnet "none" is not accepted`, "accepted: subnet- and 8 or 17 hexadecimal digits")
}

// The largest VPC configuration fits into the record together with all other settings.
func TestVPCFitsInRecord(t *testing.T) {
	spec := Defaults("production")
	if err := optionalSettings().Apply(&spec); err != nil {
		t.Fatal(err)
	}
	for i := range maxSubnets - len(spec.Subnets) {
		spec.Subnets = append(spec.Subnets, fmt.Sprintf("subnet-%017x", i))
	}
	text, err := NewRecord(spec, "10.20.30", aCodeSHA256).Encode()
	if err != nil {
		t.Errorf("%d characters, %v", len(text), err)
	}
}

// Errors that do not depend on the caller's identity are reported before the first call.
func TestCheckedBeforeAnyCall(t *testing.T) {
	for _, asked := range []Given{
		given("kms-key", strings.Replace(aKey, "us-east-1", "eu-west-1", 1)),
		given("vpc-subnet", aSubnet, "vpc-security-group", "none"),
		given("permissions-boundary", "arn:aws-cn:iam::aws:policy/PowerUserAccess"),
		given("on-failure", "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:q"),
		given("cluster", "arn:aws-cn:ecs:us-east-1:111122223333:cluster/shop"),
	} {
		if err := asked.Check(session.Identity{Region: "us-east-1"}, ""); err == nil {
			t.Errorf("%v passes", asked)
		}
	}
	for _, asked := range []Given{
		given("vpc-subnet", aSubnet), // the record may have the other half
		given("permissions-boundary", "arn:aws:iam::444455556666:policy/boundary"),
		optionalSettings(),
	} {
		if err := asked.Check(session.Identity{Region: "us-east-1"}, ""); err != nil {
			t.Errorf("%v: %v", asked, err)
		}
	}
}
