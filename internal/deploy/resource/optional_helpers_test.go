package resource

import "github.com/spothandler/spothandler/internal/deploy/settings"

// What optional settings name.
const (
	aSubnet   = "subnet-0a1b2c3d"
	aGroup    = "sg-0a1b2c3d"
	aBoundary = "arn:aws:iam::111122223333:policy/org/boundary"
	aKey      = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
	aQueue    = "arn:aws:sqs:us-east-1:111122223333:failed"
	aTopic    = "arn:aws:sns:us-east-1:111122223333:failed"
	aBus      = "arn:aws:events:us-east-1:111122223333:event-bus/failed"
)

// noOptionalSettings clears the settings that name these.
func noOptionalSettings() settings.Given {
	return given("vpc-subnet", "none", "vpc-security-group", "none",
		"permissions-boundary", "none", "kms-key", "none", "on-failure", "none", "tracing", "PassThrough")
}
