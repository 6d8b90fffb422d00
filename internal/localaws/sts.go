package localaws

import (
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

type stsInput struct {
	RoleArn         string `check:"len=20:2048"`
	RoleSessionName string `check:"len=2:64 re=[\\w+=,.@-]*"`
	Policy          string
	DurationSeconds *int   `json:",string" check:"min=900 max=43200"`
	ExternalID      string `json:"ExternalId" check:"len=2:1224"`
	SerialNumber    string `check:"len=9:256"`
	TokenCode       string `check:"len=6:6 re=[\\d]*"`
}

func (s *iamService) stsActions() map[string]action {
	return map[string]action{"GetCallerIdentity": op(s.getCallerIdentity), "AssumeRole": op(s.assumeRole, "RoleArn", "RoleSessionName")}
}

func (s *iamService) getCallerIdentity(c *call, _ *struct{}) (any, error) {
	id := "AIDALOCALAWSLOCALAWS1"
	if o := s.roles[strings.ToLower(roleOf(c.record.Principal))]; o != nil {
		id = o.RoleID + ":" + afterLast(c.record.Principal, "/")
	}
	return obj{"Arn": c.record.Principal, "UserId": id, "Account": s.server.opts.Account}, nil
}

// assumeRole returns temporary credentials of a role that trusts the caller. They are valid as long as
// requested, by default an hour, and at most as long as the role allows (STS API, AssumeRole).
func (s *iamService) assumeRole(c *call, in *stsInput) (any, error) {
	o := s.ofARN(in.RoleArn)
	seconds := 3600
	set(&seconds, in.DurationSeconds)
	switch {
	case !s.mayAssume(c, o, in):
		return nil, refuse("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.record.Principal, in.RoleArn)
	case roleOf(c.record.Principal) != "" && seconds > 3600:
		return nil, refuse("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case seconds > o.MaxSessionDuration:
		return nil, refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case in.TokenCode != "" && s.mfaCodes[in.SerialNumber+in.TokenCode]:
		return nil, refuse("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	if in.Policy != "" {
		if err := malformed(policy.CheckPermissions(in.Policy)); err != nil {
			return nil, err
		}
	}
	s.mfaCodes[in.SerialNumber+in.TokenCode] = in.TokenCode != ""
	key, arn := uniqueID("ASIA"), c.region.globalARN("sts", "assumed-role/"+o.RoleName+"/"+in.RoleSessionName)
	expires := time.Now().Add(time.Duration(seconds) * time.Second)
	s.server.AddSession(key, session{principal: arn, expires: expires, policy: in.Policy})
	return obj{
		"Credentials": obj{
			"AccessKeyId": key, "SecretAccessKey": "local", "SessionToken": "local", "Expiration": expires.UTC().Truncate(time.Second),
		},
		"AssumedRoleUser": obj{"AssumedRoleId": o.RoleID + ":" + in.RoleSessionName, "Arn": arn},
	}, nil
}

// mayAssume reports whether the caller may assume a role: its trust policy names the caller, or it names the
// caller's account and the caller's own policies allow it, and nothing denies it (IAM User Guide,
// cross-account policy evaluation logic).
func (s *iamService) mayAssume(c *call, o *role, in *stsInput) bool {
	if o == nil {
		return false
	}
	context := map[string]string{"sts:rolesessionname": in.RoleSessionName, "aws:principalarn": c.record.Principal}
	if in.ExternalID != "" {
		context["sts:externalid"] = in.ExternalID
	}
	if in.TokenCode != "" {
		context["aws:multifactorauthpresent"] = "true"
	}
	names := []string{c.record.Principal}
	if caller := s.roles[strings.ToLower(roleOf(c.record.Principal))]; caller != nil {
		names = append(names, caller.Arn)
	}
	account := []string{s.server.opts.Account, c.region.globalARN("iam", "root")}
	rights, err := c.rightsLocked()
	if err != nil {
		return false
	}
	own, _ := c.decide(rights, policy.Ask{Action: "sts:AssumeRole", Resource: o.Arn, Context: context})
	byName := policy.TrustsAny(o.AssumeRolePolicyDocument, names, context)
	byAccount := policy.TrustsAny(o.AssumeRolePolicyDocument, account, context)
	if own == policy.Forbidden || byName == policy.Forbidden || byAccount == policy.Forbidden {
		return false
	}
	return byName == policy.Allowed || byAccount == policy.Allowed && own == policy.Allowed
}
