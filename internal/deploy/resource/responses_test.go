package resource

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// IAM URL-encodes documents, and an invalid encoding is an error.
func TestUnescape(t *testing.T) {
	if text, err := unescape(aws.String("%7B%22a%22%3A%22b+c%20d%22%7D")); err != nil || text != `{"a":"b+c d"}` {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := unescape(aws.String("%zz")); err == nil {
		t.Error("no error")
	}
}

// A statement's principal is a string or a map; other elements may be lists, as in any policy.
func TestStatementForms(t *testing.T) {
	for _, test := range []struct{ document, want string }{
		{`{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}`, "*||"},
		{`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"lambda:InvokeFunction"}`, `{"AWS":"arn:aws:iam::1:root"}||`},
		{`{"Effect":"Deny","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction"}`, `events.amazonaws.com||{"Effect":"Deny"}`},
		{
			`{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction","Condition":{"ArnLike":{"AWS:SourceArn":"arn:x"},"StringEquals":{"a":["1","2"]}}}`,
			`events.amazonaws.com|arn:x|{"StringEquals a":["1","2"]}`,
		},
		{
			`{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction","Condition":{"ArnNotLike":{"AWS:SourceArn":"arn:x"}}}`,
			`events.amazonaws.com||{"ArnNotLike AWS:SourceArn":"arn:x"}`,
		},
		{`{"Effect":"Allow","Principal":{"AWS":["1","2"]},"Action":["lambda:GetFunction","lambda:InvokeFunction"],"Resource":["arn:x"]}`, `{"AWS":["1","2"]}||`},
	} {
		permission := statementOf(t, test.document).permission("fn")
		if got := permission.Principal + "|" + permission.SourceARN + "|" + permission.Other; got != test.want {
			t.Errorf("got %s, not %s", got, test.want)
		}
	}
}

func statementOf(t *testing.T, document string) resourceStatement {
	t.Helper()
	var statement resourceStatement
	if err := json.Unmarshal([]byte(document), &statement); err != nil {
		t.Fatal(err)
	}
	return statement
}

// Properties of a target that are not ours are recognized.
func TestTargetForms(t *testing.T) {
	for want, target := range map[string]types.Target{
		``:                             {DeadLetterConfig: &types.DeadLetterConfig{}},
		`{"DeadLetterConfig":"arn:q"}`: {DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String("arn:q")}},
		`{"InputPath":"$.detail"}`:     {InputPath: aws.String("$.detail")},
		`{"Input":"{}"}`:               {Input: aws.String("{}")},
		`{"RoleArn":"arn:role"}`:       {RoleArn: aws.String("arn:role")},
		`{"InputTransformer":{"InputTemplate":"x","InputPathsMap":null}}`: {InputTransformer: &types.InputTransformer{InputTemplate: aws.String("x")}},
	} {
		if got := fromTarget("rule", target).Other; got != want {
			t.Errorf("got %s, not %s", got, want)
		}
	}
}
