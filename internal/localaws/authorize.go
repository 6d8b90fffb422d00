package localaws

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// mayAlways is allowed to everybody, even under an explicit deny (STS API, GetCallerIdentity).
const mayAlways = "sts:GetCallerIdentity"

// authorize refuses a call that the caller's policies do not allow, and whatever else AWS asks for along with it: to
// pass a role, to tag what is made with tags. See [Options.Policies].
func (c *call) authorize() error {
	if c.record.String() == mayAlways {
		return nil
	}
	policies, err := c.policies()
	if err != nil {
		return err
	}
	for _, a := range c.asks() {
		if found := c.decide(policies, a); found != policy.Allowed {
			return c.unauthorized(a, found)
		}
	}
	return nil
}

// decide answers a question and notes it in the journal.
func (c *call) decide(policies *policy.Policy, a ask) policy.Verdict {
	found := policies.Decide(a.Ask)
	c.server.journal.mu.Lock()
	defer c.server.journal.mu.Unlock()
	c.noted.Permissions = append(c.noted.Permissions, Permission{a.Action, found == policy.Allowed})
	return found
}

// may tells whether the caller is allowed something beside the call itself.
func (c *call) may(a ask) bool {
	policies, err := c.policies()
	return err == nil && c.decide(policies, a) == policy.Allowed
}

// unauthorized words the refusal as each service does.
func (c *call) unauthorized(a ask, found policy.Verdict) *Error {
	service, action, _ := strings.Cut(a.Action, ":")
	of := Call{Service: service, Action: action, Principal: c.record.Principal, Resource: orDefault(a.shown, a.Resource)}
	refusal := denied(of)
	answering := denied(c.record) // in whose code and status the answer comes: that of the service called
	refusal.Code, refusal.Status = answering.Code, answering.Status
	if found == policy.Forbidden {
		before, _, _ := strings.Cut(refusal.Message, " because ")
		refusal.Message = before + " with an explicit deny in an identity-based policy"
	}
	return refusal
}

// policies are the caller's; nil for one who may do everything.
func (c *call) policies() (*policy.Policy, error) {
	s := c.server
	if s.opts.Policies == nil {
		return nil, nil
	}
	if _, session, ok := strings.Cut(c.record.Principal, ":assumed-role/"); ok {
		name, _, _ := strings.Cut(session, "/")
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.iam.roles[strings.ToLower(name)].policies()
	}
	key, _, _, _ := scope(c.request)
	if document, restricted := s.opts.Policies[key]; restricted {
		return readPolicies(document)
	}
	return nil, nil
}

func readPolicies(documents ...string) (*policy.Policy, error) {
	read, err := policy.Read(documents...)
	return read, malformed(err)
}

// policies are the role's inline ones; AWS's own, which it may have attached, allow nothing here. A role that is not
// there may do nothing.
func (o *role) policies() (*policy.Policy, error) {
	if o == nil {
		return readPolicies()
	}
	return readPolicies(sorted(o.inline)...)
}

// verdict is what IAM says of a service that works as a role. The lock must be held.
func (s *iamService) verdict(roleARN, action, resource string) policy.Verdict {
	policies, err := s.ofARN(roleARN).policies()
	if err != nil {
		return policy.NotAllowed
	}
	return policies.Decide(policy.Ask{Action: action, Resource: resource})
}

// mayLog tells whether Lambda can write to a log stream as the function's role. The lock must be held.
func (s *logsService) mayLog(roleARN, group, stream string) bool {
	server := s.region.server
	if server.opts.Policies == nil {
		return true
	}
	arn := (&logsInput{LogGroupName: group, LogStreamName: stream}).arn(s.region)
	may := func(action string) bool { return server.iam.verdict(roleARN, action, arn) == policy.Allowed }
	g := s.groups[group]
	isNew := g != nil && g.streams[stream] == nil
	return may("logs:PutLogEvents") && (!isNew || may("logs:CreateLogStream"))
}

// hiding makes GetFunction leave out what the caller may not see, and say so: tags, and variables that a key encrypts.
func hiding(get action) action {
	return func(c *call) (any, error) {
		out, err := get(c)
		answer, ok := out.(obj)
		if !ok || err != nil {
			return out, err
		}
		tags := mayI("lambda:ListTags", c.record.Resource)
		if answer["Tags"] != nil && !c.may(tags) {
			delete(answer, "Tags")
			answer["TagsError"] = obj{"ErrorCode": "AccessDeniedException", "Message": c.unauthorized(tags, policy.NotAllowed).Error()}
		}
		if conf, ok := answer["Configuration"].(configuration); ok && conf.KMSKeyArn != "" {
			if decrypt := viaLambda("kms:Decrypt", conf.KMSKeyArn, c.region); !c.may(decrypt) {
				answer["Configuration"] = conf.encrypted(c.unauthorized(decrypt, policy.NotAllowed))
			}
		}
		return answer, nil
	}
}

// encrypted is the configuration as Lambda shows it to a caller who may not decrypt the variables.
func (conf configuration) encrypted(cause *Error) any {
	reason := "Lambda was unable to decrypt your environment variables because the KMS access was denied. " +
		"Please check your KMS permissions. KMS Exception: AccessDeniedException KMS Message: " + cause.Message
	return struct {
		configuration
		Environment obj
	}{conf, obj{"Error": obj{"ErrorCode": "AccessDeniedException", "Message": reason}}}
}
