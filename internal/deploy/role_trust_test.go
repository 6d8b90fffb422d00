package deploy

import (
	"strings"
	"testing"
)

// Others who may assume the role are a security problem, and no reason why Lambda could not.
func TestTrustInOthers(t *testing.T) {
	for _, test := range []struct {
		name, statement string // of the trust policy, alongside Lambda's or instead of it
		alongside       bool
		verdict         Verdict
		message         string
	}{
		{"anyone", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`, true, Differs, "other principals may assume it as well: *"},
		{"accounts", `{"Effect":"Allow","Principal":{"AWS":["*","444455556666"]},"Action":"sts:AssumeRole"}`, true, Differs, "other principals may assume it as well: AWS *, AWS 444455556666"},
		{"in one statement", `{"Effect":"Allow","Principal":{"AWS":"*","Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`, false, Differs, "other principals may assume it as well: AWS *"},
		{"instead", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, false, MissesInterruptions, "trust_policy.Statement"},
		{"a denial", `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`, true, MissesInterruptions, "trust_policy.Statement"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			after := ""
			if test.alongside {
				after = "," + `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`
			}
			found.State.Role.Trust = `{"Version":"2012-10-17","Statement":[` + test.statement + after + `]}`
			status, err := Assess(found, embedded(), nil)
			if err != nil || len(status.Problems) != 1 {
				t.Fatalf("%+v, %v", status.Problems, err)
			}
			if message := status.Problems[0].Message; status.Verdict != test.verdict || !strings.Contains(message, test.message) {
				t.Errorf("%s: %s", status.Verdict, message)
			}
		})
	}
}
