package resource

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/session"
)

// The names and ARNs of an installation in every partition.
func TestNames(t *testing.T) {
	for _, test := range []struct{ partition, region, prefix, want string }{
		{"aws", "eu-west-1", "prod", `prod-spothandler-eu-west-1 /aws/lambda/prod-fn prod-fn prod-rule
arn:aws:iam::111122223333:role/spothandler/prod-spothandler-eu-west-1
arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/prod-fn
arn:aws:lambda:eu-west-1:111122223333:function:prod-fn
arn:aws:events:eu-west-1:111122223333:rule/prod-rule
arn:aws:ecs:eu-west-1:111122223333:cluster/shop`},
		{"aws-cn", "cn-north-1", "", `spothandler-cn-north-1 /aws/lambda/fn fn rule
arn:aws-cn:iam::111122223333:role/spothandler/spothandler-cn-north-1
arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/lambda/fn
arn:aws-cn:lambda:cn-north-1:111122223333:function:fn
arn:aws-cn:events:cn-north-1:111122223333:rule/rule
arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop`},
		{"aws-us-gov", "us-gov-west-1", "", `spothandler-us-gov-west-1 /aws/lambda/fn fn rule
arn:aws-us-gov:iam::111122223333:role/spothandler/spothandler-us-gov-west-1
arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:/aws/lambda/fn
arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:fn
arn:aws-us-gov:events:us-gov-west-1:111122223333:rule/rule
arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/shop`},
	} {
		n := NewNames(session.Identity{Partition: test.partition, Account: "111122223333", Region: test.region}, test.prefix, "fn", "rule")
		got := strings.Join([]string{
			strings.Join([]string{n.Role, n.LogGroup, n.Function, n.Rule}, " "),
			n.RoleARN(), n.LogGroupARN(), n.FunctionARN(), n.RuleARN(), n.ClusterARN("shop"),
		}, "\n")
		if got != test.want {
			t.Errorf("got\n%s\nwant\n%s", got, test.want)
		}
		if arn := n.ClusterARN("shop"); n.ClusterARN(arn) != arn {
			t.Errorf("%s as an ARN is %s", arn, n.ClusterARN(arn))
		}
		if prefix := PrefixOf(n.Role, test.region); prefix != test.prefix {
			t.Errorf("the prefix of %s is %q", n.Role, prefix)
		}
	}
}
