package policy

import (
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/session"
)

// checkSameAccount rejects an --account that is not that of --expect-account or --role-arn. With --account there is no call that
// would show it.
func (o *options) checkSameAccount(a *command.App) error {
	if err := session.CheckRole(a.RoleARN, a.ExpectAccount); err != nil || o.account == "" {
		return err
	}
	if a.ExpectAccount != "" && o.account != a.ExpectAccount {
		return invalid("use one of them", "--account %s differs from --expect-account", o.account)
	}
	if role, ok := session.ParseRole(a.RoleARN); ok && o.account != role.AccountID {
		return invalid("use the role's account, or omit one of them", "--account is %s, and the role of --role-arn is in account %s", o.account, role.AccountID)
	}
	return nil
}

func (o *options) identity(region string) session.Identity {
	id := session.Identity{Partition: o.partition, Account: o.account, Region: region}
	if id.Partition == "" {
		id.Partition = session.PartitionOf(region)
	}
	return id
}
