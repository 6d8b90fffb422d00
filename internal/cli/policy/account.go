package policy

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/session"
)

// checkSameAccount rejects an --account that is not that of --expect-account or --role-arn. With --account there is no call that
// would show it.
func checkSameAccount(account string, a *command.App) error {
	if err := session.CheckRole(a.RoleARN, a.ExpectAccount); err != nil || account == "" {
		return err
	}
	if a.ExpectAccount != "" && account != a.ExpectAccount {
		return apperr.Invalid("use one of them", "--account %s differs from --expect-account", account)
	}
	if role, ok := session.ParseRole(a.RoleARN); ok && account != role.AccountID {
		return apperr.Invalid("use the role's account, or omit one of them", "--account is %s, and the role of --role-arn is in account %s", account, role.AccountID)
	}
	return nil
}

func identityOf(account, partition, region string) session.Identity {
	id := session.Identity{Partition: partition, Account: account, Region: region}
	if id.Partition == "" {
		id.Partition = session.PartitionOf(region)
	}
	return id
}
