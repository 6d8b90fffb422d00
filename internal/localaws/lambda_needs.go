package localaws

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// What a VPC may have (Lambda API, VpcConfig).
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

func (v *vpcConfig) check() error {
	switch {
	case v == nil:
		return nil
	case len(v.Subnets) > maxSubnets:
		return tooLong("vpcConfig.subnetIds", v.Subnets, maxSubnets)
	case len(v.SecurityGroups) > maxSecurityGroups:
		return tooLong("vpcConfig.securityGroupIds", v.SecurityGroups, maxSecurityGroups)
	case (len(v.Subnets) == 0) != (len(v.SecurityGroups) == 0):
		return invalidParameter("SubnetIds and SecurityIds must coexist or be both empty list.")
	}
	return nil
}

func tooLong(name string, list []string, limit int) *Error {
	return refuse("ValidationException", "1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", list, name, limit)
}

func (t *tracingConfig) check() error {
	if t == nil || t.Mode == "Active" || t.Mode == "PassThrough" {
		return nil
	}
	return refuse("ValidationException", "1 validation error detected: Value '%s' at 'tracingConfig.mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]", t.Mode)
}

// checkNetwork is what Lambda does before it makes network interfaces as the role.
func (f *function) checkNetwork(role string, given *vpcConfig) error {
	if err := given.check(); err != nil || given == nil || len(given.Subnets) == 0 {
		return err
	}
	for _, call := range []string{"CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"} {
		if !f.region.server.iam.roleMay(role, "ec2:"+call, "*") {
			return invalidParameter("The provided execution role does not have permissions to call %s on EC2", call)
		}
	}
	return nil
}

// check refuses a destination that Lambda knows it cannot reach as the function's role.
func (d *destinations) check(f *function) error {
	if d == nil {
		return nil
	}
	for _, arn := range []string{d.OnFailure.Destination, d.OnSuccess.Destination} {
		if arn == "" {
			continue
		}
		if err := f.checkDestination(arn, d); err != nil {
			return err
		}
	}
	return nil
}

func (f *function) checkDestination(arn string, d *destinations) error {
	_, service, _ := strings.Cut(arn, ":"+f.region.partition()+":")
	service, _, _ = strings.Cut(service, ":")
	call := map[string]string{"sqs": "SendMessage", "sns": "Publish", "events": "PutEvents", "lambda": "InvokeFunction"}[service]
	switch {
	case call == "":
		return invalidParameter("The provided destination config DestinationConfig(onSuccess=%s, onFailure=%s) is invalid.",
			shownDestination("OnSuccess", d.OnSuccess.Destination), shownDestination("OnFailure", d.OnFailure.Destination))
	case arn == f.conf.FunctionArn || strings.HasPrefix(arn, f.conf.FunctionArn+":"):
		return invalidParameter("You can't specify the function as a destination for itself.")
	case !f.region.server.iam.roleMay(f.conf.Role, service+":"+call, arn):
		return invalidParameter("The function's execution role does not have permissions to call %s on %s", call, arn)
	}
	return nil
}

func shownDestination(kind, arn string) string {
	if arn == "" {
		return "null"
	}
	return fmt.Sprintf("%s(destination=%s)", kind, arn)
}

// roleMay tells whether a role's own policies allow what a service does in its name. What AWS's policies, attached
// to it, allow is not known here, so they are taken to.
func (s *iamService) roleMay(roleARN, action, resource string) bool {
	o := s.ofARN(roleARN)
	found := s.verdict(roleARN, action, resource)
	return found == policy.Allowed || found == policy.NotAllowed && o != nil && len(o.attached) > 0
}
