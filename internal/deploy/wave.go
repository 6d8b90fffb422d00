package deploy

// wave says when a change is applied: after all of the waves before it, side by side with those of its
// own. The role goes first and, in a removal, last; while IAM spreads a new role, the log group and the
// rule are made.
type wave int

const (
	waveDeleteTarget wave = iota
	waveDeleteRule        // and the permission
	waveDeleteFunction
	waveDeleteLogGroup // nothing of the function writes to it any more
	waveDeleteRole
	waveRole
	wavePauseRule // a rule that is taken over
	waveReplace   // the removal of a function that has to be made anew; the log group and the rule as well
	waveFunction
	waveTarget     // and the permission
	waveTakeTarget // of a rule that is taken over: after the permission
	waveResumeRule
)

func waveOf(action Action, kind Kind) wave {
	if action == Delete {
		return map[Kind]wave{
			KindTarget: waveDeleteTarget, KindRule: waveDeleteRule, KindPermission: waveDeleteRule,
			KindFunction: waveDeleteFunction, KindLogGroup: waveDeleteLogGroup, KindRole: waveDeleteRole,
		}[kind]
	}
	return map[Kind]wave{
		KindRole: waveRole, KindLogGroup: waveReplace, KindRule: waveReplace,
		KindFunction: waveFunction, KindPermission: waveTarget, KindTarget: waveTarget,
	}[kind]
}
