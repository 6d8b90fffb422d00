package scenario_test

import (
	"encoding/json"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// story is a command, and what stands in the account before it.
type story struct {
	name    string
	before  func(*testing.T, *account)
	command command
	release string         // of the binary
	names   settings.Given // for status and uninstall, where no role can tell them
	install bool           // the command leaves an installation behind
	healthy bool           // what stands before it is one, and as it should be
}

// stories are the commands whose every call is tried: a first install, an upgrade of everything, a heal of each
// resource, an uninstall with and without its logs.
func stories() []story {
	names := given("function-name", "fn", "rule-name", "my.rule")
	first := given("function-name", "fn", "rule-name", "my.rule", "tag", "Team=web", "tag", "Gone=soon",
		"reserved-concurrency", "2", "log-retention-days", "30", "kms-key", aKey, "cluster", "shop")
	installed := func(t *testing.T, a *account) { t.Helper(); must(t, a, doInstall(first)) }
	all := []story{
		{name: "install", before: nothing, command: doInstall(first), release: "1.0.0", install: true},
		{name: "upgrade", before: installed, command: doInstall(everyOtherSetting()), release: "2.0.0", install: true, healthy: true},
		{name: "uninstall", before: installed, command: doUninstall(nil, false), release: "1.0.0", healthy: true},
		{name: "uninstall --keep-logs", before: installed, command: doUninstall(nil, true), release: "1.0.0", names: names, healthy: true},
	}
	for _, kind := range []deploy.Kind{deploy.KindRole, deploy.KindLogGroup, deploy.KindFunction, deploy.KindPermission, deploy.KindRule, deploy.KindTarget} {
		heal := story{name: "heal " + kind.Words(), release: "1.0.0", install: true, before: func(t *testing.T, a *account) {
			t.Helper()
			installed(t, a)
			time.Sleep(time.Hour) // of the bubble's time: a new role is younger than the function
			a.deleteOutOfBand(t, kind, a.look(t, crashPrefix, nil).Names)
		}}
		if kind == deploy.KindRole { // with it the record of the names is gone
			heal.names = names
		}
		heal.command = doInstall(heal.names)
		all = append(all, heal)
	}
	return all
}

// TestCrash ends a run at every call that it makes, reads included, in each of three ways. From there on status tells
// the truth, the same command converges, and an uninstall leaves the account as it was before we came. Points that
// leave the account in the same state go on from there together.
func TestCrash(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // for a thousand small accounts, one after the other
	var points, states atomic.Int64
	t.Run("at", func(t *testing.T) {
		for _, s := range stories() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				c := learn(t, s)
				c.tryLooking(t)
				c.tryWorking(t)
				points.Add(int64(len(c.looking) + len(c.working)))
				states.Add(int64(len(c.tried)))
			})
		}
	})
	t.Logf("%d points tried; they leave the account in %d states", points.Load(), states.Load())
	if points.Load() < 500 {
		t.Error("these are not all points")
	}
}

// course is a story as it goes without trouble.
type course struct {
	story
	empty, before, after string   // what the account holds at its stations
	way                  *tape    // to the station before the command
	asked                []string // settings that may be taken for wanted: those before and those after
	looking, working     []point
	tried                map[string]bool // states of the account from which all has been tried
}

func learn(t *testing.T, s story) *course {
	t.Helper()
	c := &course{story: s, tried: map[string]bool{}}
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		c.way = a.record(t, func(t *testing.T, a *account) {
			neighbours(t, a)
			c.empty = a.dump(t)
			s.before(t, a)
		})
		a.release = testRelease(t, s.release)
		c.before = a.dump(t)
		_, before := a.tellStatus(t, s.names)
		a.ForgetCalls()
		must(t, a, s.command)
		c.looking, c.working = everyPoint(a.Calls())
		c.after = a.dump(t)
		_, after := a.tellStatus(t, s.names)
		c.asked = []string{jsonOf(t, before.Settings), jsonOf(t, after.Settings)}
	})
	return c
}

// inAccount runs a test in an account of others' things in which the command is about to be given.
func (c *course) inAccount(t *testing.T, test func(t *testing.T, a *account)) {
	t.Helper()
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.play(t, c.way)
		a.release = testRelease(t, c.release)
		test(t, a)
	})
}

// crash runs the command to the point, and gives the writes that took effect.
func (c *course) crash(t *testing.T, a *account, p point) (done string, err error) {
	t.Helper()
	a.ForgetCalls()
	b := a.strikeAt(p)
	err = c.command(t.Context(), a)
	b.heal()
	if !b.struck {
		t.Errorf("%s: the run made no such call", p)
	}
	if !isClear(err) {
		t.Errorf("%s: the error is no word to a user: %v", p, err)
	}
	return b.done(a.Calls()), err
}

// tryLooking ends runs that have written nothing yet, one after the other in one account: there is nothing to mend.
func (c *course) tryLooking(t *testing.T) {
	c.inAccount(t, func(t *testing.T, a *account) {
		for _, p := range c.looking {
			if p.call == "lambda:GetFunctionCodeSigningConfig" && p.how == callRefused { // TestAdditionsNotChecked: nobody's loss
				continue
			}
			if done, err := c.crash(t, a, p); err == nil || done != "" {
				t.Errorf("%s: %v; done is %q", p, err, done)
			}
		}
		c.truth(t, a)
		sameAccount(t, "Before the first write", a.dump(t), c.before)
	})
}

func (c *course) tryWorking(t *testing.T) {
	for _, p := range c.working {
		t.Run(p.String(), func(t *testing.T) {
			var known bool
			c.inAccount(t, func(t *testing.T, a *account) { known = c.tryAgain(t, a, p) })
			if !known {
				c.inAccount(t, func(t *testing.T, a *account) { c.tryRemoval(t, a, p) })
			}
		})
	}
}

// tryAgain gives the command a second time after a crash, unless it is known what follows from there.
func (c *course) tryAgain(t *testing.T, a *account, p point) (known bool) {
	t.Helper()
	done, err := c.crash(t, a, p)
	if err == nil {
		sameAccount(t, "The run said that it had ended well, but", a.dump(t), c.after)
	}
	state := done + a.underway(t)
	if c.tried[state] {
		return true
	}
	c.tried[state] = true
	c.truth(t, a)
	must(t, a, c.command)
	sameAccount(t, "After a second run", a.dump(t), c.after)
	c.truth(t, a)
	return false
}

// tryRemoval uninstalls after a crash. A log group that was kept already stays.
func (c *course) tryRemoval(t *testing.T, a *account, p point) {
	t.Helper()
	_, _ = c.crash(t, a, p)
	want := c.empty
	if found, _ := a.tellStatus(t, c.names); found.Kept {
		want = c.after
	}
	must(t, a, doUninstall(c.names, false))
	sameAccount(t, "After an uninstall", a.dump(t), want)
}

// truth holds status against what a witness sees: healthy is the account before or after the whole command, where
// these are as they should be, and not installed is the account without us. What it takes for wanted is what was asked
// for before, or what was asked for now: nothing in between, and nothing lost.
func (c *course) truth(t *testing.T, a *account) {
	t.Helper()
	found, told := a.tellStatus(t, c.names)
	now := a.dump(t)
	gone := []string{c.empty}
	if !c.install {
		gone = append(gone, c.after) // which, with --keep-logs, has the log group
	}
	if found.Found() == slices.Contains(gone, now) {
		t.Errorf("status finds an installation: %t; the account holds\n%s", found.Found(), now)
	}
	if !found.Found() {
		return
	}
	if found.Record != nil && (!slices.ContainsFunc(c.asked, func(asked string) bool { return sameSettings(t, asked, told.Settings) }) ||
		slices.ContainsFunc(told.Warnings, func(text string) bool { return !strings.Contains(text, "permissions boundary") })) {
		t.Errorf("what was asked for is lost: %q, %v", told.Warnings, told.Settings)
	}
	fine := c.healthy && now == c.before || c.install && now == c.after
	if told.Healthy != fine || told.Healthy != (len(told.Changes) == 0) {
		t.Errorf("status says healthy: %t, would change %q", told.Healthy, printed(told.Changes))
		sameAccount(t, "Before all of it", now, c.before)
		sameAccount(t, "After all of it", now, c.after)
	}
}

// sameSettings compares but for the boundary: the role's counts, which comes before the record of it.
func sameSettings(t *testing.T, asked string, told map[string]any) bool {
	t.Helper()
	var wanted map[string]any
	if err := json.Unmarshal([]byte(asked), &wanted); err != nil {
		t.Fatal(err)
	}
	wanted["permissions_boundary"] = told["permissions_boundary"]
	return jsonOf(t, told) == jsonOf(t, wanted)
}
