package localaws

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// checkNetwork does Lambda's check before it creates network interfaces as the role.
func (f *function) checkNetwork(role string, given *vpcConfig) error {
	if given == nil || len(given.Subnets)+len(given.SecurityGroups) == 0 {
		return nil
	}
	if len(given.Subnets) == 0 || len(given.SecurityGroups) == 0 {
		return invalidParameter("SubnetIds and SecurityIds must coexist or be both empty list.")
	}
	for _, call := range []string{"CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"} {
		if !f.region.server.iam.roleMay(role, "ec2:"+call, "*") {
			return invalidParameter("The provided execution role does not have permissions to call %s on EC2", call)
		}
	}
	return nil
}

// checkDeadLetters does Lambda's check before it sends failed events to a queue or topic as the role.
func (f *function) checkDeadLetters(role string, given *deadLetterConfig) error {
	if given == nil || given.TargetArn == "" {
		return nil
	}
	for service, call := range map[string]string{"SQS": "SendMessage", "SNS": "Publish"} {
		if strings.Contains(given.TargetArn, ":"+strings.ToLower(service)+":") {
			if !f.region.server.iam.roleMay(role, strings.ToLower(service)+":"+call, given.TargetArn) {
				return invalidParameter("The provided execution role does not have permissions to call %s on %s", call, service)
			}
			return nil
		}
	}
	return invalidParameter("Invalid dead letter queue ARN: %s", given.TargetArn)
}

// check rejects a destination that Lambda cannot reach with the function's role.
func (d *destinations) check(f *function) error {
	if d == nil {
		return nil
	}
	for _, arn := range []string{d.OnFailure.Destination, d.OnSuccess.Destination} {
		if arn == "" {
			continue
		}
		if err := f.checkDestination(arn); err != nil {
			return err
		}
	}
	return nil
}

func (f *function) checkDestination(arn string) error {
	_, service, _ := strings.Cut(arn, ":"+f.region.partition()+":")
	service, _, _ = strings.Cut(service, ":")
	call := map[string]string{"sqs": "SendMessage", "sns": "Publish", "events": "PutEvents", "lambda": "InvokeFunction"}[service]
	switch {
	case call == "":
		return invalidParameter("The provided destination config is invalid: %s", arn)
	case arn == f.conf.FunctionArn || strings.HasPrefix(arn, f.conf.FunctionArn+":"):
		return invalidParameter("You can't specify the function as a destination for itself.")
	case f.region.messaging.missing(arn):
		return invalidParameter("The destination ARN %s is invalid.", arn)
	case !f.region.server.iam.roleMay(f.conf.Role, service+":"+call, arn):
		return invalidParameter("The function's execution role does not have permissions to call %s on %s", call, arn)
	}
	return nil
}

// roleMay reports whether a role's own policies allow what a service does with it. Attached AWS managed
// policies are not known here and taken to allow it.
func (s *iamService) roleMay(roleARN, action, resource string) bool {
	o := s.ofARN(roleARN)
	found := s.verdict(roleARN, action, resource)
	return found == policy.Allowed || found == policy.NotAllowed && o != nil && len(o.attached) > 0
}
