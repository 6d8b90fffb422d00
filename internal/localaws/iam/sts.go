package iam

import (
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
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

// STSActions returns the actions by name.
func (s *Service) STSActions() map[string]api.Action {
	return map[string]api.Action{"GetCallerIdentity": api.Op(s.getCallerIdentity), "AssumeRole": api.Op(s.assumeRole, "RoleArn", "RoleSessionName")}
}

func (s *Service) getCallerIdentity(c *api.Request, _ *struct{}) (any, error) {
	id := "AIDALOCALAWSLOCALAWS1"
	if o := s.roles[strings.ToLower(api.RoleOf(c.Record.Principal))]; o != nil {
		id = o.RoleID + ":" + api.AfterLast(c.Record.Principal, "/")
	}
	return api.Obj{"Arn": c.Record.Principal, "UserId": id, "Account": s.server.Options.Account}, nil
}

// assumeRole returns temporary credentials of a role that trusts the caller. They are valid as long as
// requested, by default an hour, and at most as long as the role allows (STS API, AssumeRole).
func (s *Service) assumeRole(c *api.Request, in *stsInput) (any, error) {
	o := s.ofARN(in.RoleArn)
	seconds := 3600
	api.Set(&seconds, in.DurationSeconds)
	switch {
	case !s.mayAssume(c, o, in):
		return nil, api.Refuse("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Record.Principal, in.RoleArn)
	case api.RoleOf(c.Record.Principal) != "" && seconds > 3600:
		return nil, api.Refuse("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case seconds > o.MaxSessionDuration:
		return nil, api.Refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case in.TokenCode != "" && s.mfaCodes[in.SerialNumber+in.TokenCode]:
		return nil, api.Refuse("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	if in.Policy != "" {
		if err := api.Malformed(policy.CheckPermissions(in.Policy)); err != nil {
			return nil, err
		}
	}
	s.mfaCodes[in.SerialNumber+in.TokenCode] = in.TokenCode != ""
	key, arn := api.UniqueID("ASIA"), c.Region.GlobalARN("sts", "assumed-role/"+o.RoleName+"/"+in.RoleSessionName)
	expires := time.Now().Add(time.Duration(seconds) * time.Second)
	s.server.AddSession(key, api.Session{Principal: arn, Expires: expires, Policy: in.Policy})
	return api.Obj{
		"Credentials": api.Obj{
			"AccessKeyId": key, "SecretAccessKey": "local", "SessionToken": "local", "Expiration": expires.UTC().Truncate(time.Second),
		},
		"AssumedRoleUser": api.Obj{"AssumedRoleId": o.RoleID + ":" + in.RoleSessionName, "Arn": arn},
	}, nil
}

// mayAssume reports whether the caller may assume a role: its trust policy names the caller, or it names the
// caller's account and the caller's own policies allow it, and nothing denies it (IAM User Guide,
// cross-account policy evaluation logic).
func (s *Service) mayAssume(c *api.Request, o *role, in *stsInput) bool {
	if o == nil {
		return false
	}
	context := map[string]string{"sts:rolesessionname": in.RoleSessionName, "aws:principalarn": c.Record.Principal}
	if in.ExternalID != "" {
		context["sts:externalid"] = in.ExternalID
	}
	if in.TokenCode != "" {
		context["aws:multifactorauthpresent"] = "true"
	}
	names := []string{c.Record.Principal}
	if caller := s.roles[strings.ToLower(api.RoleOf(c.Record.Principal))]; caller != nil {
		names = append(names, caller.Arn)
	}
	account := []string{s.server.Options.Account, c.Region.GlobalARN("iam", "root")}
	rights, err := c.RightsLocked()
	if err != nil {
		return false
	}
	own, _ := c.Decide(rights, policy.Ask{Action: "sts:AssumeRole", Resource: o.Arn, Context: context})
	byName := policy.TrustsAny(o.AssumeRolePolicyDocument, names, context)
	byAccount := policy.TrustsAny(o.AssumeRolePolicyDocument, account, context)
	if own == policy.Forbidden || byName == policy.Forbidden || byAccount == policy.Forbidden {
		return false
	}
	return byName == policy.Allowed || byAccount == policy.Allowed && own == policy.Allowed
}
