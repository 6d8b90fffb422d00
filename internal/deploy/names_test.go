package deploy

import (
	"strconv"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/session"
)

// The names and ARNs of an installation, in every partition.
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
		if prefix := prefixOf(n.Role, test.region); prefix != test.prefix {
			t.Errorf("the prefix of %s is %q", n.Role, prefix)
		}
	}
}

// A name that AWS would refuse is refused before the first call, with its length and the limit.
func TestCheckNames(t *testing.T) {
	long := strings.Repeat("n", 64)
	for _, test := range []struct{ prefix, function, rule, message, hint string }{
		{"", "", "", "", ""},
		{"Prod_1-x", "fn", "a.rule", "", ""},
		{"", long, long, "", ""},
		{"a.b", "", "", `--prefix "a.b" has a character that IAM and Lambda refuse`, "--prefix NAME   without that character"},
		{strings.Repeat("p", 43), "", "", "the role name " + strings.Repeat("p", 43) + "-spothandler-us-east-1 has 65 characters, IAM allows 64", "--prefix NAME   a shorter one"},
		{"p", long, "", "the function name p-" + long + " has 66 characters, Lambda allows 64", "--function-name NAME or --prefix NAME"},
		{"", "a.b", "", `the function name "a.b" has a character that Lambda refuses`, "--function-name NAME or --prefix NAME"},
		{"p", "fn", long, "the rule name p-" + long + " has 66 characters, EventBridge allows 64", "--rule-name NAME or --prefix NAME"},
		{"", "fn", "a/b", `the rule name "a/b" has a character that EventBridge refuses`, "--rule-name NAME or --prefix NAME"},
	} {
		err := CheckNames("us-east-1", test.prefix, test.function, test.rule)
		if test.message == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		refused(t, err, test.message, test.hint)
	}
}

// A region has to look like one; an availability zone does not, and nothing else does that people type.
func TestCheckRegion(t *testing.T) {
	for _, region := range []string{"eu-west-1", "ap-southeast-7", "cn-northwest-1", "us-gov-east-1", "us-isob-east-1", "eusc-de-east-1"} {
		if err := CheckNames(region, "", "", ""); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{"eu-west-1a", "eu-west", "EU (Ireland)", "eu_west_1", "aws-global", "eu-west-1 "} {
		refused(t, CheckNames(wrong, "prod", "", ""), strconv.Quote(wrong)+" is no name of a region", "--region NAME")
	}
}

// A prefix that leaves room for the role and not for the default names is refused as well, before a write.
func TestPrefixTooLongForTheDefaultNames(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		prefix := strings.Repeat("p", 40)
		_, err := Look(t.Context(), a.clients, a.id, prefix, nil)
		refused(t, err, "the function name "+prefix+"-ecs-fargate-spot-handler has 65 characters, Lambda allows 64", "--function-name NAME")
		a.install(t, prefix, given("function-name", "fn"))
		a.uninstall(t, prefix, false)
	})
}
