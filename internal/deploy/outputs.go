package deploy

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// ModuleName is the value of the output module_name.
const ModuleName = "spothandler"

// Outputs are the sixteen outputs of the Terraform module that this tool replaces, under the same names.
type Outputs struct {
	LogGroupARN          string `json:"cloudwatch_log_group_arn"` // without the trailing ":*"
	LogGroupName         string `json:"cloudwatch_log_group_name"`
	RuleARN              string `json:"eventbridge_rule_arn"`
	RuleID               string `json:"eventbridge_rule_id"` // the rule's name
	RuleName             string `json:"eventbridge_rule_name"`
	TargetID             string `json:"eventbridge_target_id"`
	RoleARN              string `json:"lambda_execution_role_arn"`
	RoleName             string `json:"lambda_execution_role_name"`
	RoleUniqueID         string `json:"lambda_execution_role_unique_id"` // RoleId; "" if there is no role
	FunctionARN          string `json:"lambda_function_arn"`
	FunctionInvokeARN    string `json:"lambda_function_invoke_arn"`
	FunctionName         string `json:"lambda_function_name"`
	FunctionQualifiedARN string `json:"lambda_function_qualified_arn"`
	FunctionVersion      string `json:"lambda_function_version"`
	ModuleName           string `json:"module_name"`
	ModuleVersion        string `json:"module_version"` // the installation's version; "" if there is no record
}

// Outputs returns the outputs of the installation.
func (i *Installation) Outputs() Outputs {
	n := i.Names
	outputs := Outputs{
		LogGroupARN:          n.LogGroupARN(),
		LogGroupName:         n.LogGroup,
		RuleARN:              n.RuleARN(),
		RuleID:               n.Rule,
		RuleName:             n.Rule,
		TargetID:             resource.TargetID,
		RoleARN:              n.RoleARN(),
		RoleName:             n.Role,
		FunctionARN:          n.FunctionARN(),
		FunctionInvokeARN:    fmt.Sprintf("arn:%s:apigateway:%s:lambda:path/2015-03-31/functions/%s/invocations", n.Partition, n.Region, n.FunctionARN()),
		FunctionName:         n.Function,
		FunctionQualifiedARN: n.FunctionARN() + ":$LATEST",
		FunctionVersion:      "$LATEST",
		ModuleName:           ModuleName,
	}
	if i.State.Role != nil {
		outputs.RoleUniqueID = i.State.Role.UniqueID
	}
	if i.Record != nil {
		outputs.ModuleVersion = i.Record.Version
	}
	return outputs
}
