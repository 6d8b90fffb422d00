package lambda

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// apply changes all given settings or none.
func (f *function) apply(s functionSettings) error {
	conf := f.conf
	conf.Role = cmp.Or(s.Role, conf.Role)
	if err := checkEnvironment(s.Environment); err != nil {
		return err
	}
	if !f.service.needs.Roles.Assumable(conf.Role, "lambda.amazonaws.com") {
		return invalidParameter("The role defined for the function cannot be assumed by Lambda.")
	}
	if err := f.checkNetwork(conf.Role, s.VpcConfig); err != nil {
		return err
	}
	if err := f.checkDeadLetters(conf.Role, s.DeadLetterConfig); err != nil {
		return err
	}
	conf.Runtime, conf.Handler = cmp.Or(s.Runtime, conf.Runtime), cmp.Or(s.Handler, conf.Handler)
	api.Set(&conf.Description, s.Description)
	api.Set(&conf.Timeout, s.Timeout)
	api.Set(&conf.MemorySize, s.MemorySize)
	api.Set(&conf.KMSKeyArn, s.KMSKeyArn)
	api.Set(&conf.TracingConfig, s.TracingConfig)
	api.Set(&conf.EphemeralStorage, s.EphemeralStorage)
	setOrClear(&conf.Environment, s.Environment, s.Environment != nil && len(s.Environment.Variables) > 0)
	setOrClear(&conf.DeadLetterConfig, s.DeadLetterConfig, s.DeadLetterConfig != nil && s.DeadLetterConfig.TargetArn != "")
	setOrClear(&conf.VpcConfig, s.VpcConfig, s.VpcConfig != nil && len(s.VpcConfig.Subnets) > 0)
	if err := conf.LoggingConfig.apply(s.LoggingConfig); err != nil {
		return err
	}
	if err := conf.add(f.service.region, s); err != nil {
		return err
	}
	f.conf, f.roleID = conf, f.service.needs.Roles.RoleID(conf.Role)
	return nil
}

// setOrClear sets a given value; an empty one clears the field.
func setOrClear[T any](field **T, given *T, full bool) {
	switch {
	case full:
		*field = given
	case given != nil:
		*field = nil
	}
}

// apply sets the given values: JSON without levels has INFO, Text has no levels, and a log group alone keeps
// the format.
func (l *loggingConfig) apply(given *loggingConfig) error {
	if given == nil {
		return nil
	}
	if strings.HasPrefix(given.LogGroup, "aws/") {
		return invalidParameter("Log group names cannot start with the reserved prefix: aws/")
	}
	l.LogGroup = cmp.Or(given.LogGroup, l.LogGroup)
	l.LogFormat = cmp.Or(given.LogFormat, l.LogFormat)
	levels := given.ApplicationLogLevel + given.SystemLogLevel
	switch {
	case l.LogFormat == "Text" && levels != "":
		return invalidParameter("To set ApplicationLogLevel or SystemLogLevel, set LogFormat to JSON.")
	case l.LogFormat == "Text":
		l.ApplicationLogLevel, l.SystemLogLevel = "", ""
	default:
		l.ApplicationLogLevel = cmp.Or(given.ApplicationLogLevel, l.ApplicationLogLevel, "INFO")
		l.SystemLogLevel = cmp.Or(given.SystemLogLevel, l.SystemLogLevel, "INFO")
	}
	return nil
}

// environmentLimit is the maximum size of the environment variables in bytes.
const environmentLimit = 4096

// checkEnvironment rejects environment variables that Lambda does not accept.
func checkEnvironment(e *environment) error {
	if e == nil {
		return nil
	}
	name := regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9_])+$`)
	var reserved []string
	for _, key := range slices.Sorted(maps.Keys(e.Variables)) {
		if !name.MatchString(key) {
			return api.Refuse("ValidationException", "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]")
		}
		if reservedVariable(key) {
			reserved = append(reserved, key)
		}
	}
	if len(reserved) > 0 {
		return invalidParameter("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(reserved, ", "))
	}
	text, err := json.Marshal(e.Variables)
	if err != nil {
		return fmt.Errorf("measuring the environment: %w", err)
	}
	if len(text) > environmentLimit {
		return invalidParameter("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: %s", text)
	}
	return nil
}

// reservedVariable reports whether only Lambda may set this variable.
func reservedVariable(key string) bool {
	switch key {
	case "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR":
		return true
	}
	return strings.HasPrefix(key, "AWS_LAMBDA_") && key != "AWS_LAMBDA_EXEC_WRAPPER"
}

// add sets what is included from elsewhere: layers, a file system, a snapshot. An empty list removes them.
func (conf *configuration) add(r *api.Region, s functionSettings) error {
	if s.SnapStart != nil {
		if s.SnapStart.ApplyOn == "PublishedVersions" && strings.HasPrefix(conf.Runtime, "provided") {
			return invalidParameter("%s is not supported for SnapStart enabled functions.", conf.Runtime)
		}
		conf.SnapStart.ApplyOn = cmp.Or(s.SnapStart.ApplyOn, conf.SnapStart.ApplyOn)
	}
	if s.FileSystemConfigs != nil {
		if len(s.FileSystemConfigs) > 0 && conf.VpcConfig == nil {
			return invalidParameter("Function must be configured to execute in a VPC to reference access point %s.", s.FileSystemConfigs[0].Arn)
		}
		conf.FileSystemConfigs = s.FileSystemConfigs
	}
	if s.Layers == nil {
		return nil
	}
	layers, err := layersOf(r, s.Layers)
	conf.Layers = layers
	return err
}

// layersOf returns the layers with these ARNs; their existence is not checked, since most belong to other
// accounts.
func layersOf(r *api.Region, arns []string) ([]layer, error) {
	var all []layer
	for _, arn := range arns {
		switch parts := strings.Split(arn, ":"); {
		case len(parts) != 8 || parts[2] != "lambda" || parts[5] != "layer":
			return nil, invalidParameter("Layer version ARN %s is invalid.", arn)
		case parts[3] != r.Name:
			return nil, invalidParameter("Layers are not in the same region as the function. Layers are expected to be in region %s.", r.Name)
		}
		all = append(all, layer{Arn: arn, CodeSize: 1024})
	}
	return all, nil
}
