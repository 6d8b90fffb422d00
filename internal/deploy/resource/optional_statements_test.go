package resource

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Each setting adds its own statements to the role's policy, which are absent without it.
func TestOptionalStatements(t *testing.T) {
	const network = `"Action":["ec2:AssignPrivateIpAddresses","ec2:CreateNetworkInterface","ec2:DeleteNetworkInterface",` +
		`"ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:UnassignPrivateIpAddresses"],"Resource":"*"`
	for _, test := range []struct {
		settings settings.Given
		want     string
	}{
		{nil, `[]`},
		{noOptionalSettings(), `[]`},
		{given("permissions-boundary", aBoundary), `[]`},
		{
			given("vpc-subnet", aSubnet, "vpc-security-group", aGroup),
			`[{"Sid":"Network","Effect":"Allow",` + network + `},{"Sid":"NetworkNotByCode","Effect":"Deny",` + network +
				`,"Condition":{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:us-east-1:111122223333:function:prod-fn"}}}]`,
		},
		{
			given("kms-key", aKey),
			`[{"Sid":"Environment","Effect":"Allow","Action":"kms:Decrypt","Resource":"` + aKey + `",` +
				`"Condition":{"StringEquals":{"kms:EncryptionContext:aws:lambda:FunctionArn":"arn:aws:lambda:us-east-1:111122223333:function:prod-fn"}}}]`,
		},
		{given("on-failure", aQueue), `[{"Sid":"Failures","Effect":"Allow","Action":"sqs:SendMessage","Resource":"` + aQueue + `"}]`},
		{given("on-failure", aTopic), `[{"Sid":"Failures","Effect":"Allow","Action":"sns:Publish","Resource":"` + aTopic + `"}]`},
		{given("on-failure", aBus), `[{"Sid":"Failures","Effect":"Allow","Action":"events:PutEvents","Resource":"` + aBus + `"}]`},
		{
			given("on-failure", "arn:aws:lambda:us-east-1:111122223333:function:other"),
			`[{"Sid":"Failures","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:111122223333:function:other"}]`,
		},
		{given("tracing", "Active"), `[{"Sid":"Traces","Effect":"Allow","Action":["xray:PutTelemetryRecords","xray:PutTraceSegments"],"Resource":"*"}]`},
	} {
		spec := settings.Defaults("prod")
		if err := test.settings.Apply(&spec); err != nil {
			t.Fatal(err)
		}
		statements := optionalStatements(NewNames(deploytest.Identity(), "prod", "fn", "rule"), spec)
		if got := encodeJSON(append([]statement{}, statements...)); got != test.want {
			t.Errorf("%v: got\n%s\nwant\n%s", test.settings, got, test.want)
		}
	}
}
