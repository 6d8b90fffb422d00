package session

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
)

// What STS would not accept as the ARN of a role is rejected without a call.
func TestCheckRole(t *testing.T) {
	const prefix = "arn:aws:iam::111122223333:role/"
	for _, accepted := range []string{
		"", prefix + "x", prefix + "team/a!b/deploy", prefix + "a+b=c,d.e@f-g_h", "arn:aws-cn:iam::111122223333:role/x", prefix + strings.Repeat("x", 64),
	} {
		if err := CheckRole(accepted, ""); err != nil {
			t.Errorf("%s: %v", accepted, err)
		}
	}
	for _, rejected := range []string{
		"admin", "arn:aws:iam:::role/x", "arn:aws:iam::abc:role/x", "arn:aws:iam::12:role/x", "arn:aws:iam::1111222233334:role/x",
		"arn::iam::111122223333:role/x", "arn:aws:iam:eu-west-1:111122223333:role/x", "arn:aws:sts::111122223333:role/x", "arn:aws:iam::111122223333:user/x",
		prefix, prefix + "team/", prefix + "/x", prefix + "a b", prefix + "a:b", prefix + "x\n", prefix + "*", prefix + strings.Repeat("x", 65),
	} {
		err := apperrtest.ErrorOf(t, CheckRole(rejected, ""))
		if !strings.HasSuffix(err.Message, " is not the ARN of a role") || err.Hints[0] != "--role-arn arn:PARTITION:iam::ACCOUNT:role/NAME" {
			t.Errorf("%q: %v, %q", rejected, err, err.Hints)
		}
	}
	apperrtest.Refused(t, CheckRole(prefix+"x", "444455556666"),
		"--expect-account is 444455556666, and the role of --role-arn is in account 111122223333", "use the role's account")
}
