package settings

import (
	"strconv"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
)

// A name that AWS would reject is rejected before the first call, with its length and the limit.
func TestCheckNames(t *testing.T) {
	long := strings.Repeat("n", 64)
	for _, test := range []struct{ prefix, function, rule, message, hint string }{
		{"", "", "", "", ""},
		{"Prod_1-x", "fn", "a.rule", "", ""},
		{"", long, long, "", ""},
		{"a.b", "", "", `--prefix "a.b" has a character that IAM and Lambda do not allow`, "--prefix NAME   without that character"},
		{strings.Repeat("p", 43), "", "", "the role name " + strings.Repeat("p", 43) + "-spothandler-us-east-1 has 65 characters, IAM allows 64", "--prefix NAME   a shorter one"},
		{"p", long, "", "the function name p-" + long + " has 66 characters, Lambda allows 64", "--function-name NAME or --prefix NAME"},
		{"", "a.b", "", `the function name "a.b" has a character that Lambda does not allow`, "--function-name NAME or --prefix NAME"},
		{"p", "fn", long, "the rule name p-" + long + " has 66 characters, EventBridge allows 64", "--rule-name NAME or --prefix NAME"},
		{"", "fn", "a/b", `the rule name "a/b" has a character that EventBridge does not allow`, "--rule-name NAME or --prefix NAME"},
	} {
		err := CheckNames("us-east-1", test.prefix, test.function, test.rule)
		if test.message == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		apperrtest.Refused(t, err, test.message, test.hint)
	}
}

// A Region must have the right form, unlike an availability zone and other likely mistakes.
func TestCheckRegion(t *testing.T) {
	for _, region := range []string{"eu-west-1", "ap-southeast-7", "cn-northwest-1", "us-gov-east-1", "us-isob-east-1", "eusc-de-east-1"} {
		if err := CheckNames(region, "", "", ""); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{"eu-west-1a", "eu-west", "EU (Ireland)", "eu_west_1", "aws-global", "eu-west-1 "} {
		apperrtest.Refused(t, CheckNames(wrong, "prod", "", ""), strconv.Quote(wrong)+" is not the name of a Region", "--region NAME")
	}
}
