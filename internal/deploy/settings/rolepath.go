package settings

import "regexp"

// maxRolePath is the maximum length of a path (IAM API, CreateRole).
const maxRolePath = 512

// rolePathSetting is the IAM path of the role. It accepts those of IAM's characters that have no other
// meaning in an ARN or a policy.
func rolePathSetting() Setting {
	const accepted = "/, or words between slashes, such as /team/spot/"
	form := regexp.MustCompile(`^/([A-Za-z0-9+=,.@_-]+/)*$`)
	return Setting{
		Name: "role-path", Value: "PATH", Usage: "IAM path of the role", Accepted: accepted,
		set: func(spec *Spec, source string, texts []string) error {
			path := texts[0]
			if len(path) > maxRolePath || !form.MatchString(path) {
				return refuse(source, path, accepted)
			}
			spec.RolePath = path
			return nil
		},
		get: func(spec Spec) any { return spec.RolePath },
	}
}
