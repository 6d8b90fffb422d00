package apperr

import (
	"cmp"
	"strings"
)

// This file says what to do about an answer of AWS, where the answer itself does not.

// HintsFor returns the hints for what AWS answered; none where there is nothing to say but to try again.
func HintsFor(err error) []string {
	if hint := networkHint(err); hint != "" {
		return []string{hint}
	}
	if Says(err, "service control policy") {
		return organizationHints(err)
	}
	for _, known := range []struct {
		meant func(error) bool
		hint  string
	}{
		{isThrottled, "wait a minute: AWS refuses calls that come too fast, of everybody in the account together"},
		{isExpired, "get new credentials where these came from"},
		{withCode("LimitExceeded"), "remove roles or policies that nobody uses, or ask AWS to raise IAM's quota"},
		{withCode("LimitExceededException"), "remove what nobody uses (a rule has room for 5 targets), or ask AWS to raise the service's quota"},
		{withCode("CodeStorageExceededException"), "delete functions and versions that nobody uses, or ask AWS to raise Lambda's quota of code storage"},
		{withCode("ManagedRuleException"), "--rule-name NAME   another rule: an AWS service manages this one"},
		{withText("rchitecture"), "--architecture x86_64   arm64 is not in every region"},
		{withText("InvalidSubnetID"), "--vpc-subnet ID   one that is there"},
		{withText("InvalidGroup"), "--vpc-security-group ID   one that is there, and of the subnets' VPC"},
		{withText("is not attachable"), "--permissions-boundary ARN   of a policy that is there"},
		{withText("destination ARN"), "--on-failure ARN   of something that is there"},
		{withText("permissions boundary"), "ask who set the caller's permissions boundary: it does not allow it"},
		{withText("session policy"), "get credentials without a session policy, or with one that allows it"},
		{withText("explicit deny"), "find the policy that denies it and narrow it: no other policy can allow it again"},
	} {
		if known.meant(err) {
			return []string{known.hint}
		}
	}
	return nil
}

// organizationHints returns what to do about a service control policy: it may only want roles to be made in another way.
func organizationHints(err error) []string {
	hints := []string{"ask who administers the organization: its service control policy denies it"}
	denied := cmp.Or(deniedAction(err), ActionOf(err))
	if denied == "iam:CreateRole" || denied == "iam:TagRole" || denied == "iam:PutRolePolicy" {
		hints = append(hints,
			"--role-path /PATH/   where roles are only allowed under a path of the organization's",
			"--permissions-boundary ARN   where roles are only allowed with a boundary")
	}
	return hints
}

func withCode(code string) func(error) bool {
	return func(err error) bool { return HasCode(err, code) }
}

func withText(text string) func(error) bool { return func(err error) bool { return Says(err, text) } }

// isThrottled says that the caller is too fast, in the words of each service (aws-sdk-go-v2, retry
// DefaultThrottleErrorCodes). The SDK has tried again before. LimitExceededException is among its codes
// too, but is about a quota.
func isThrottled(err error) bool {
	return HasCode(err, "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "ThrottledException")
}

func isExpired(err error) bool {
	return HasCode(err, "ExpiredToken", "ExpiredTokenException", "RequestExpired")
}

// FailureHints returns the hints for a function that Lambda could not make or update, by what its reason says
// (Lambda API, StateReasonCode and LastUpdateStatusReasonCode).
func FailureHints(reason string) []string {
	for _, known := range []struct{ code, hint string }{
		{"SubnetOutOfIPAddresses", "--vpc-subnet ID   one with free addresses"},
		{"EniLimitExceeded", "ask AWS to raise the region's quota of network interfaces, or use a VPC that needs fewer"},
		{"InvalidSubnet", "--vpc-subnet ID   one that is there"},
		{"InvalidSecurityGroup", "--vpc-security-group ID   one that is there, and of the subnets' VPC"},
		{"KMSKey", "--kms-key ARN   a key that is enabled, or none"},
	} {
		if strings.Contains(reason, known.code) {
			return []string{known.hint}
		}
	}
	return []string{"run it again: what failed is done anew"}
}
