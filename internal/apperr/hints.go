package apperr

import (
	"cmp"
	"strings"
)

// This file contains the hints for AWS errors that do not explain themselves.

// HintsFor returns the hints for an error from AWS, or none if all that remains
// is to retry.
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
		{IsThrottled, "wait a minute and try again: the account's request rate is too high"},
		{isExpired, "get new credentials, then run the command again"},
		{withCode("LimitExceeded"), "delete unused roles or policies, or request a higher IAM quota"},
		{exceedsRules, "delete unused rules, name fewer clusters, or request a higher quota of EventBridge"},
		{withCode("LimitExceededException"), "delete what is not used (a rule can have 5 targets), or request a higher quota of the service"},
		{withCode("CodeStorageExceededException"), "delete unused functions and versions, or request a higher Lambda quota for code storage"},
		{withCode("ManagedRuleException"), "--rule-name NAME   another rule: this one is managed by an AWS service"},
		{withText("rchitecture"), "--architecture x86_64   arm64 is not available in every Region"},
		{withText("InvalidSubnetID"), "--vpc-subnet ID   of an existing subnet"},
		{withText("InvalidGroup"), "--vpc-security-group ID   of an existing group in the subnets' VPC"},
		{withText("is not attachable"), "--permissions-boundary ARN   of an existing policy"},
		{withText("destination ARN"), "--on-failure ARN   of an existing destination, or none"},
		{withText("permissions boundary"), "ask the owner of the caller's permissions boundary to allow this"},
		{withText("session policy"), "use credentials without a session policy, or with one that allows this"},
		{withText("explicit deny"), "find the policy with the explicit deny and narrow it: no other policy can override it"},
	} {
		if known.meant(err) {
			return []string{known.hint}
		}
	}
	return nil
}

// organizationHints returns the hints for a service control policy, which may
// only require that roles are created differently.
func organizationHints(err error) []string {
	hints := []string{"ask the organization's administrator: a service control policy denies this"}
	denied := cmp.Or(deniedAction(err), ActionOf(err))
	if denied == "iam:CreateRole" || denied == "iam:TagRole" || denied == "iam:PutRolePolicy" {
		hints = append(hints,
			"--role-path /PATH/   if the organization requires a path for roles",
			"--permissions-boundary ARN   if it requires a permissions boundary")
	}
	return hints
}

// exceedsRules reports whether EventBridge has no room for a rule: there are too many, or its pattern is too long.
func exceedsRules(err error) bool {
	return HasCode(err, "LimitExceededException") && ActionOf(err) == "events:PutRule"
}

func withCode(code string) func(error) bool {
	return func(err error) bool { return HasCode(err, code) }
}

func withText(text string) func(error) bool { return func(err error) bool { return Says(err, text) } }

// IsThrottled reports whether the caller exceeded a request rate, by the codes
// of each service (aws-sdk-go-v2, retry DefaultThrottleErrorCodes). The SDK has
// already retried. LimitExceededException is among its codes but concerns a
// quota.
func IsThrottled(err error) bool {
	return HasCode(err, "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "ThrottledException")
}

func isExpired(err error) bool {
	return HasCode(err, "ExpiredToken", "ExpiredTokenException", "RequestExpired")
}

// FailureHints returns the hints for a function that Lambda could not create or
// update, by its reason code (Lambda API, StateReasonCode and
// LastUpdateStatusReasonCode).
func FailureHints(reason string) []string {
	for _, known := range []struct{ code, hint string }{
		{"SubnetOutOfIPAddresses", "--vpc-subnet ID   of a subnet with free addresses"},
		{"EniLimitExceeded", "request a higher quota of network interfaces in the Region, or use another VPC"},
		{"InvalidSubnet", "--vpc-subnet ID   of an existing subnet"},
		{"InvalidSecurityGroup", "--vpc-security-group ID   of an existing group in the subnets' VPC"},
		{"KMSKey", "--kms-key ARN   a key that is enabled, or none"},
	} {
		if strings.Contains(reason, known.code) {
			return []string{known.hint}
		}
	}
	return []string{"run it again to retry what failed"}
}
