package scenario_test

import (
	"encoding/json"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

const (
	aSubnet     = "subnet-0a1b2c3d"
	otherSubnet = "subnet-00112233445566778"
	aGroup      = "sg-0a1b2c3d4e5f67890"
	aBoundary   = "arn:aws:iam::111122223333:policy/org/boundary"
	aKey        = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
	otherKey    = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"
	aQueue      = "arn:aws:sqs:us-east-1:111122223333:failed"

	// trustPolicy is the trust policy of every installation's role.
	trustPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func given(words ...string) settings.Given { return deploytest.Given(words...) }

// optionalSettings returns all settings that refer to existing resources, and tracing.
func optionalSettings() settings.Given {
	return given("vpc-subnet", aSubnet, "vpc-subnet", otherSubnet, "vpc-security-group", aGroup,
		"permissions-boundary", aBoundary, "kms-key", aKey, "on-failure", aQueue, "tracing", "Active")
}

// noOptionalSettings clears them.
func noOptionalSettings() settings.Given {
	return given("vpc-subnet", "none", "vpc-security-group", "none",
		"permissions-boundary", "none", "kms-key", "none", "on-failure", "none", "tracing", "PassThrough")
}

// testRelease returns a release whose code is a real zip, different for each version.
func testRelease(t *testing.T, version string) resource.Release {
	t.Helper()
	zip, sum := deploytest.Zip(t, "bootstrap", "code of "+version)
	return resource.Release{Version: version, CodeSHA256: sum, Zip: zip}
}

// jsonOf returns a value as JSON.
func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
