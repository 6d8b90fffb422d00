package deploy

import (
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// records reports whether a record in the role's description names the resource. The role itself need not be ours:
// the command that this leads to is only shown.
func (i *Installation) records(id resource.ID) bool {
	if i.Record != nil {
		return true
	}
	role := i.State.Role
	if role == nil {
		return false
	}
	record := settings.ParseRecord(role.Description)
	if record == nil {
		return false
	}
	function, rule := settings.Prefixed(i.Names.Prefix, record.FunctionName), settings.Prefixed(i.Names.Prefix, record.RuleName)
	switch id.Kind {
	case resource.KindFunction:
		return id.Name == function
	case resource.KindLogGroup:
		return id.Name == "/aws/lambda/"+function
	case resource.KindRule:
		return id.Name == rule
	}
	return id == role.ID()
}
