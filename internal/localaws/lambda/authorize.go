package lambda

import (
	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Asks adds the requests for what is passed: a role, a VPC, a key.
func (in *lambdaInput) Asks(own api.Ask, c *api.Request) []api.Ask {
	switch own.Action {
	case "lambda:Invoke":
		own.Action = "lambda:InvokeFunction"
	case "lambda:AddPermission", "lambda:RemovePermission":
		own.Where("lambda:principal", in.Principal)
	case "lambda:ListEventSourceMappings", "lambda:CreateEventSourceMapping", "lambda:CreateCodeSigningConfig": // these have no resource
		own.Where("lambda:functionarn", own.Resource)
		own.Resource = "*"
	case "lambda:DeleteEventSourceMapping":
		own.Resource = c.Region.ARN("lambda", "event-source-mapping:"+in.UUID)
	case "lambda:CreateFunction":
		return append(own.Tagging(in.Tags, "lambda:TagResource"), in.configuring(c.Region)...)
	case "lambda:UpdateFunctionConfiguration":
		return append([]api.Ask{own}, in.configuring(c.Region)...)
	}
	return []api.Ask{own}
}

func (in *lambdaInput) configuring(r *api.Region) []api.Ask {
	var all []api.Ask
	if in.Role != "" {
		pass := api.NewAsk("iam:PassRole", in.Role)
		pass.Where("iam:passedtoservice", "lambda.amazonaws.com")
		all = append(all, pass)
	}
	if in.VpcConfig != nil && len(in.VpcConfig.Subnets) > 0 {
		for _, action := range []string{"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"} {
			all = append(all, api.NewAsk(action, "*"))
		}
	}
	if in.KMSKeyArn != nil && *in.KMSKeyArn != "" {
		all = append(all, viaLambda("kms:CreateGrant", *in.KMSKeyArn, r), viaLambda("kms:Encrypt", *in.KMSKeyArn, r))
	}
	return all
}

// viaLambda returns a request for what Lambda does with a key on behalf of its caller.
func viaLambda(action, key string, r *api.Region) api.Ask {
	ending := ""
	if r.Partition() == "aws-cn" {
		ending = ".cn"
	}
	use := api.NewAsk(action, key)
	use.Where("kms:viaservice", "lambda."+r.Name+".amazonaws.com"+ending)
	return use
}

// mapped adds the function of an event source mapping to the request that IAM evaluates.
func (s *Service) mapped(do api.Action) api.Action {
	return func(c *api.Request) (any, error) {
		id, _ := c.Params["UUID"].(string)
		c.Where("lambda:functionarn", s.functionOf(id))
		return do(c)
	}
}

// functionOf returns the function of an event source mapping.
func (s *Service) functionOf(mapping string) string {
	s.region.Server.Lock()
	defer s.region.Server.Unlock()
	if m := s.mappings[mapping]; m != nil {
		return m.FunctionArn
	}
	return ""
}

// hiding makes GetFunction omit, with an error in the response, what the caller may not see: tags, and
// variables encrypted with a key.
func hiding(get api.Action) api.Action {
	return func(c *api.Request) (any, error) {
		out, err := get(c)
		response, ok := out.(api.Obj)
		if !ok || err != nil {
			return out, err
		}
		tags := api.NewAsk("lambda:ListTags", c.Record.Resource)
		if response["Tags"] != nil && !c.May(tags) {
			delete(response, "Tags")
			response["TagsError"] = api.Obj{"ErrorCode": "AccessDeniedException", "Message": c.Unauthorized(tags, policy.NotAllowed, api.IdentityBased).Error()}
		}
		if conf, ok := response["Configuration"].(configuration); ok && conf.KMSKeyArn != "" {
			if decrypt := viaLambda("kms:Decrypt", conf.KMSKeyArn, c.Region); !c.May(decrypt) {
				response["Configuration"] = conf.encrypted(c.Unauthorized(decrypt, policy.NotAllowed, api.IdentityBased))
			}
		}
		return response, nil
	}
}

// encrypted returns the configuration for a caller who may not decrypt the variables.
func (conf configuration) encrypted(cause *api.Error) any {
	reason := "Lambda was unable to decrypt your environment variables because the KMS access was denied. " +
		"Please check your KMS permissions. KMS Exception: AccessDeniedException KMS Message: " + cause.Message
	return struct {
		configuration
		Environment api.Obj
	}{conf, api.Obj{"Error": api.Obj{"ErrorCode": "AccessDeniedException", "Message": reason}}}
}
