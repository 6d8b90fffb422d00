package lambda

import (
	"strings"
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
		if !f.service.needs.Roles.RoleMay(role, "ec2:"+call, "*") {
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
			if !f.service.needs.Roles.RoleMay(role, strings.ToLower(service)+":"+call, given.TargetArn) {
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
	_, service, _ := strings.Cut(arn, ":"+f.service.region.Partition()+":")
	service, _, _ = strings.Cut(service, ":")
	call := map[string]string{"sqs": "SendMessage", "sns": "Publish", "events": "PutEvents", "lambda": "InvokeFunction"}[service]
	switch {
	case call == "":
		return invalidParameter("The provided destination config is invalid: %s", arn)
	case arn == f.conf.FunctionArn || strings.HasPrefix(arn, f.conf.FunctionArn+":"):
		return invalidParameter("You can't specify the function as a destination for itself.")
	case f.service.needs.Destinations.Missing(arn):
		return invalidParameter("The destination ARN %s is invalid.", arn)
	case !f.service.needs.Roles.RoleMay(f.conf.Role, service+":"+call, arn):
		return invalidParameter("The function's execution role does not have permissions to call %s on %s", call, arn)
	}
	return nil
}
