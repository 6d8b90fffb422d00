package localaws

import "github.com/spothandler/spothandler/internal/localaws/policy"

// asks adds the requests for what is passed: a role, a VPC, a key.
func (in *lambdaInput) asks(own ask, c *call) []ask {
	switch own.Action {
	case "lambda:Invoke":
		own.Action = "lambda:InvokeFunction"
	case "lambda:AddPermission", "lambda:RemovePermission":
		own.where("lambda:principal", in.Principal)
	case "lambda:ListEventSourceMappings", "lambda:CreateEventSourceMapping", "lambda:CreateCodeSigningConfig": // these have no resource
		own.where("lambda:functionarn", own.Resource)
		own.Resource = "*"
	case "lambda:DeleteEventSourceMapping":
		own.Resource = c.region.arn("lambda", "event-source-mapping:"+in.UUID)
	case "lambda:CreateFunction":
		return append(own.tagging(in.Tags, "lambda:TagResource"), in.configuring(c.region)...)
	case "lambda:UpdateFunctionConfiguration":
		return append([]ask{own}, in.configuring(c.region)...)
	}
	return []ask{own}
}

func (in *lambdaInput) configuring(r *region) []ask {
	var all []ask
	if in.Role != "" {
		pass := mayI("iam:PassRole", in.Role)
		pass.where("iam:passedtoservice", "lambda.amazonaws.com")
		all = append(all, pass)
	}
	if in.VpcConfig != nil && len(in.VpcConfig.Subnets) > 0 {
		for _, action := range []string{"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"} {
			all = append(all, mayI(action, "*"))
		}
	}
	if in.KMSKeyArn != nil && *in.KMSKeyArn != "" {
		all = append(all, viaLambda("kms:CreateGrant", *in.KMSKeyArn, r), viaLambda("kms:Encrypt", *in.KMSKeyArn, r))
	}
	return all
}

// viaLambda returns a request for what Lambda does with a key on behalf of its caller.
func viaLambda(action, key string, r *region) ask {
	ending := ""
	if r.partition() == "aws-cn" {
		ending = ".cn"
	}
	use := mayI(action, key)
	use.where("kms:viaservice", "lambda."+r.name+".amazonaws.com"+ending)
	return use
}

// mapped adds the function of an event source mapping to the request that IAM evaluates.
func (s *lambdaService) mapped(do action) action {
	return func(c *call) (any, error) {
		id, _ := c.params["UUID"].(string)
		c.where("lambda:functionarn", s.functionOf(id))
		return do(c)
	}
}

// functionOf returns the function of an event source mapping.
func (s *lambdaService) functionOf(mapping string) string {
	s.region.server.Lock()
	defer s.region.server.Unlock()
	if m := s.mappings[mapping]; m != nil {
		return m.FunctionArn
	}
	return ""
}

// hiding makes GetFunction omit, with an error in the response, what the caller may not see: tags, and
// variables encrypted with a key.
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
			answer["TagsError"] = obj{"ErrorCode": "AccessDeniedException", "Message": c.unauthorized(tags, policy.NotAllowed, identityBased).Error()}
		}
		if conf, ok := answer["Configuration"].(configuration); ok && conf.KMSKeyArn != "" {
			if decrypt := viaLambda("kms:Decrypt", conf.KMSKeyArn, c.region); !c.may(decrypt) {
				answer["Configuration"] = conf.encrypted(c.unauthorized(decrypt, policy.NotAllowed, identityBased))
			}
		}
		return answer, nil
	}
}

// encrypted returns the configuration for a caller who may not decrypt the variables.
func (conf configuration) encrypted(cause *Error) any {
	reason := "Lambda was unable to decrypt your environment variables because the KMS access was denied. " +
		"Please check your KMS permissions. KMS Exception: AccessDeniedException KMS Message: " + cause.Message
	return struct {
		configuration
		Environment obj
	}{conf, obj{"Error": obj{"ErrorCode": "AccessDeniedException", "Message": reason}}}
}
