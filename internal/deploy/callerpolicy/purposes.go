package callerpolicy

import "github.com/spothandler/spothandler/internal/deploy/settings"

// Commands are the commands that a caller wants to run.
type Commands struct {
	Install   bool // also upgrade
	Status    bool
	NoHistory bool // status --no-history, which reads no records
	Logs      bool
	Report    bool
	Uninstall bool
	Doctor    bool
	Simulate  bool
	ForReal   bool // simulate --for-real
	KeepLogs  bool // uninstall --keep-logs only: the policy does not allow deleting the logs
	Force     bool // uninstall --force

	// AllRegions is status or doctor with --all-regions, which read every enabled Region of the account. Its places are
	// those of Everywhere.
	AllRegions bool
}

// purpose is what an action is needed for, as a set of flags.
type purpose uint

const (
	reading   purpose = 1 << iota // read by every command that compares or removes
	comparing                     // read by the same commands except uninstall
	reporting                     // read only by status
	installing
	uninstalling
	deletingLogs
	keepingLogs
	forcing
	diagnosing
	locating    // the records
	readingLogs // those of the last day, for status
	summarizing // those of a period, for report
	rehearsing
	redeploying // simulate --for-real

	// What install needs for a setting, or to clear it.
	withBoundary
	withoutBoundary
	withKey
	withVPC
	reserving // executions: without the permission install continues, and fails later if none are left
	surveying // finds installations without a role
	everywhere
	withClusters
	// readingEncrypted compares an environment that is encrypted with a key.
	readingEncrypted
)

func (c Commands) purposes(spec settings.Spec) purpose {
	bounded, encrypted, named := spec.Boundary != "", spec.KMSKey != "", len(spec.Clusters) > 0 || c.AllRegions
	var purposes purpose
	for _, each := range []struct {
		asked bool
		needs purpose
	}{
		{c.readsAll(), reading},
		{c.Install || c.Status || c.Doctor || c.Simulate, comparing | readingEncrypted.onlyIf(encrypted)},
		{c.Status || c.Doctor || c.Simulate, reporting | surveying},
		{c.Install, installing | reserving.onlyIf(spec.ReservedConcurrency > 0) | withKey.onlyIf(encrypted) | withVPC.onlyIf(len(spec.Subnets) > 0)},
		{c.Install, withBoundary.onlyIf(bounded) | withoutBoundary.onlyIf(!bounded)},
		{c.Install || c.Status, withClusters.onlyIf(named)},
		{c.Status || c.Doctor, everywhere.onlyIf(c.AllRegions)},
		{c.Status, readingLogs.onlyIf(!c.NoHistory)},
		{c.Doctor, diagnosing},
		{c.Simulate, rehearsing | redeploying.onlyIf(c.ForReal)},
		{c.Logs || c.Report, locating | readingLogs | summarizing.onlyIf(c.Report)},
		{c.Uninstall, uninstalling | keepingLogs.onlyIf(c.KeepLogs) | deletingLogs.onlyIf(!c.KeepLogs) | forcing.onlyIf(c.Force)},
	} {
		purposes |= each.needs.onlyIf(each.asked)
	}
	return purposes
}

// readsAll reports whether one of the commands reads the whole installation.
func (c Commands) readsAll() bool {
	return c.Install || c.Status || c.Uninstall || c.Doctor || c.Simulate
}

func (p purpose) onlyIf(asked bool) purpose {
	if asked {
		return p
	}
	return 0
}
