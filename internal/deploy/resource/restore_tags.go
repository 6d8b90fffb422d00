package resource

import (
	"fmt"
	"strings"
)

// stranger returns the Unowned for a resource with these tags.
func stranger(id ID, tags map[string]string, prefix, adoption string) *Unowned {
	if IsOurs(tags, prefix) {
		return nil
	}
	return &Unowned{ID: id, Why: whyNotOurs(tags), Adoption: adoption, tags: tags, tagged: true}
}

// lost returns those of our tags that the resource lacks, in the form key=value; none if it has the tag of another
// prefix, or if its tags do not decide.
func (u Unowned) lost(prefix string) []string {
	if other, set := u.tags[TagPrefix]; !u.tagged || set && other != prefix {
		return nil
	}
	var lost []string
	if u.tags[TagManagedBy] != ManagedBy {
		lost = append(lost, TagManagedBy+"="+ManagedBy)
	}
	if _, set := u.tags[TagPrefix]; !set {
		lost = append(lost, TagPrefix+"="+prefix)
	}
	return lost
}

// tagCommand returns the command of the AWS CLI that sets tags, in the form key=value.
func tagCommand(names Names, id ID, tags []string) string {
	pairs := make([]string, 0, len(tags))
	for _, tag := range tags {
		key, value, _ := strings.Cut(tag, "=")
		pairs = append(pairs, "Key="+key+",Value="+value)
	}
	list, together := strings.Join(pairs, " "), strings.Join(tags, ",")
	switch id.Kind {
	case KindRole:
		return fmt.Sprintf("aws iam tag-role --role-name %s --tags %s", id.Name, list)
	case KindLogGroup:
		return fmt.Sprintf("aws logs tag-resource --region %s --resource-arn %s --tags %s", names.Region, names.LogGroupARN(), together)
	case KindFunction:
		return fmt.Sprintf("aws lambda tag-resource --region %s --resource %s --tags %s", names.Region, names.FunctionARN(), together)
	}
	return fmt.Sprintf("aws events tag-resource --region %s --resource-arn %s --tags %s", names.Region, names.ruleARN(id.Name), list)
}

// RestoreHint returns the command that restores the tags, with a comment; "" if there is none.
func (u Unowned) RestoreHint() string {
	if u.Restore == "" {
		return ""
	}
	return u.Restore + "   if it belongs to this installation"
}

// RestoreHints returns the commands that restore the tags of these resources.
func RestoreHints(unowned []Unowned) []string {
	var hints []string
	for _, each := range unowned {
		if hint := each.RestoreHint(); hint != "" {
			hints = append(hints, hint)
		}
	}
	return hints
}

// Losing returns the resource with what it lost of our tags and the command that restores it. recorded reports that the
// record names it. Without the record or one of the tags, nothing indicates that it was ever the installation's.
func (u Unowned) Losing(names Names, recorded bool) Unowned {
	lost := u.lost(names.Prefix)
	if len(lost) == 0 || len(lost) == 2 && !recorded {
		return u
	}
	u.Lost = "lacks the tag " + lost[0]
	if len(lost) == 2 {
		u.Lost = "lacks the tags " + lost[0] + " and " + lost[1]
	}
	u.Why = "It " + u.Lost + "."
	u.Restore = tagCommand(names, u.ID, lost)
	return u
}
