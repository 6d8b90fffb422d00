package localaws

import "strings"

// mayAlways is allowed to everybody, even under an explicit deny (STS API, GetCallerIdentity).
const mayAlways = "sts:GetCallerIdentity"

// authorize refuses a call that the caller's policies do not allow, and whatever else AWS asks for along with it: to
// pass a role, to tag what is made with tags. See [Options.Policies].
func (c *call) authorize() error {
	if c.record.String() == mayAlways {
		return nil
	}
	policies, restricted, err := c.policies()
	if !restricted || err != nil {
		return err
	}
	for _, a := range c.asks() {
		found, err := policies.decide(a)
		if err != nil {
			return err
		}
		if found != allowed {
			return c.unauthorized(a, found)
		}
	}
	return nil
}

// may tells whether the caller is allowed something beside the call itself.
func (c *call) may(a ask) bool {
	policies, restricted, err := c.policies()
	if !restricted || err != nil {
		return err == nil
	}
	found, err := policies.decide(a)
	return err == nil && found == allowed
}

// unauthorized words the refusal as each service does.
func (c *call) unauthorized(a ask, found verdict) *Error {
	service, action, _ := strings.Cut(a.action, ":")
	of := Call{Service: service, Action: action, Principal: c.record.Principal, Resource: orDefault(a.shown, a.resource)}
	refusal := denied(of)
	answering := denied(c.record) // in whose code and status the answer comes: that of the service called
	refusal.Code, refusal.Status = answering.Code, answering.Status
	if found == forbidden {
		before, _, _ := strings.Cut(refusal.Message, " because ")
		refusal.Message = before + " with an explicit deny in an identity-based policy"
	}
	return refusal
}

// policies are the caller's; restricted is false for one who may do everything.
func (c *call) policies() (policies permissions, restricted bool, err error) {
	s := c.server
	if s.opts.Policies == nil {
		return nil, false, nil
	}
	if _, session, ok := strings.Cut(c.record.Principal, ":assumed-role/"); ok {
		name, _, _ := strings.Cut(session, "/")
		s.mu.Lock()
		defer s.mu.Unlock()
		policies, err = s.iam.roles[strings.ToLower(name)].permissions()
		return policies, true, err
	}
	key, _, _, _ := scope(c.request)
	document, restricted := s.opts.Policies[key]
	if restricted {
		policies, err = readPermissions(document)
	}
	return policies, restricted, err
}

// permissions are those of the role's inline policies; AWS's own, which it may have attached, allow nothing here.
func (o *role) permissions() (permissions, error) {
	if o == nil {
		return nil, nil
	}
	return readPermissions(sorted(o.inline)...)
}

// mayLog tells whether Lambda can write to a log stream as the function's role. The lock must be held.
func (s *logsService) mayLog(roleARN, group, stream string) bool {
	server := s.region.server
	if server.opts.Policies == nil {
		return true
	}
	policies, err := server.iam.ofARN(roleARN).permissions()
	if err != nil {
		return false
	}
	needed := []string{"logs:PutLogEvents"}
	if g := s.groups[group]; g != nil && g.streams[stream] == nil {
		needed = append(needed, "logs:CreateLogStream")
	}
	in := &logsInput{LogGroupName: group, LogStreamName: stream}
	for _, action := range needed {
		found, err := policies.decide(ask{action: action, resource: in.arn(s.region)})
		if err != nil || found != allowed {
			return false
		}
	}
	return true
}

// hiding makes GetFunction leave out what the caller may not see, and say so: tags, and variables that a key encrypts.
func hiding(get action) action {
	return func(c *call) (any, error) {
		out, err := get(c)
		answer, ok := out.(obj)
		if !ok || err != nil {
			return out, err
		}
		tags := ask{action: "lambda:ListTags", resource: c.record.Resource}
		if answer["Tags"] != nil && !c.may(tags) {
			delete(answer, "Tags")
			answer["TagsError"] = obj{"ErrorCode": "AccessDeniedException", "Message": c.unauthorized(tags, notAllowed).Error()}
		}
		if conf, ok := answer["Configuration"].(configuration); ok && conf.KMSKeyArn != "" {
			if decrypt := viaLambda("kms:Decrypt", conf.KMSKeyArn, c.region); !c.may(decrypt) {
				answer["Configuration"] = conf.encrypted(c.unauthorized(decrypt, notAllowed))
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
