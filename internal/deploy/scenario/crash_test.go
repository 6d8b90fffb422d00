package scenario_test

import (
	"encoding/json"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// crashCase is a command and the initial state of the account.
type crashCase struct {
	name    string
	before  func(*testing.T, *account)
	command command
	release string         // version of the binary
	names   settings.Given // for status and uninstall, if no role records them
	install bool           // the command leaves an installation
	healthy bool           // the initial state is a healthy installation
}

// crashCases returns the commands whose every call is tested: a first install, an upgrade of everything, a
// repair of each resource, an uninstall with and without its logs.
func crashCases() []crashCase {
	names := given("function-name", "fn", "rule-name", "my.rule")
	first := given("function-name", "fn", "rule-name", "my.rule", "tag", "Team=web", "tag", "Gone=soon",
		"reserved-concurrency", "2", "log-retention-days", "30", "kms-key", aKey, "cluster", "shop")
	installed := func(t *testing.T, a *account) { t.Helper(); must(t, a, doInstall(first)) }
	all := []crashCase{
		{name: "install", before: nothing, command: doInstall(first), release: "1.0.0", install: true},
		{name: "upgrade", before: installed, command: doInstall(everyOtherSetting()), release: "2.0.0", install: true, healthy: true},
		{name: "uninstall", before: installed, command: doUninstall(nil, false), release: "1.0.0", healthy: true},
		{name: "uninstall --keep-logs", before: installed, command: doUninstall(nil, true), release: "1.0.0", names: names, healthy: true},
	}
	for _, kind := range []resource.Kind{resource.KindRole, resource.KindLogGroup, resource.KindFunction, resource.KindPermission, resource.KindRule, resource.KindTarget} {
		repair := crashCase{name: "repair " + kind.Words(), release: "1.0.0", install: true, before: func(t *testing.T, a *account) {
			t.Helper()
			installed(t, a)
			time.Sleep(time.Hour) // virtual time, so that a new role is younger than the function
			a.deleteOutOfBand(t, kind, a.find(t, crashPrefix, nil).Names)
		}}
		if kind == resource.KindRole { // the record of the names is gone, too
			repair.names = names
		}
		repair.command = doInstall(repair.names)
		all = append(all, repair)
	}
	return all
}

// TestCrash ends a run at every call, including reads, in each of three ways. After that status reports the
// actual state, the same command converges, and an uninstall restores the account as it was before the
// installation. Points that leave the account in the same state are tested once.
func TestCrash(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a thousand small accounts, one after the other
	var points, states atomic.Int64
	t.Run("at", func(t *testing.T) {
		for _, s := range crashCases() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				c := newCrashTest(t, s)
				c.tryReading(t)
				c.tryWriting(t)
				points.Add(int64(len(c.reading) + len(c.writing)))
				states.Add(int64(len(c.tried)))
			})
		}
	})
	t.Logf("%d points tried; they leave the account in %d states", points.Load(), states.Load())
	if points.Load() < 500 {
		t.Error("there are too few points")
	}
}

// crashTest is a crashCase with the results of a run without a crash.
type crashTest struct {
	crashCase
	empty, before, after string     // content of the account at each stage
	setup                *recording // of what precedes the command
	asked                []string   // settings that may be reported as wanted: those before and those after
	reading, writing     []point
	tried                map[string]bool // states of the account that have been tested completely
}

func newCrashTest(t *testing.T, s crashCase) *crashTest {
	t.Helper()
	c := &crashTest{crashCase: s, tried: map[string]bool{}}
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		c.setup = a.record(t, func(t *testing.T, a *account) {
			similarResources(t, a)
			c.empty = a.dump(t)
			s.before(t, a)
		})
		a.release = testRelease(t, s.release)
		c.before = a.dump(t)
		_, before := a.statusOf(t, s.names)
		a.ForgetCalls()
		must(t, a, s.command)
		c.reading, c.writing = everyPoint(a.Calls())
		c.after = a.dump(t)
		_, after := a.statusOf(t, s.names)
		c.asked = []string{jsonOf(t, before.Settings), jsonOf(t, after.Settings)}
	})
	return c
}

// inAccount runs a test in an account with similar resources, right before the command.
func (c *crashTest) inAccount(t *testing.T, test func(t *testing.T, a *account)) {
	t.Helper()
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.replay(t, c.setup)
		a.release = testRelease(t, c.release)
		test(t, a)
	})
}

// crash runs the command to the point, and returns the writes that took effect.
func (c *crashTest) crash(t *testing.T, a *account, p point) (done string, err error) {
	t.Helper()
	a.ForgetCalls()
	b := a.failAt(p)
	err = c.command(t.Context(), a)
	b.remove()
	if !b.reached {
		t.Errorf("%s: the run made no such call", p)
	}
	if !isClear(err) {
		t.Errorf("%s: the error is not one for users: %v", p, err)
	}
	return b.done(a.Calls()), err
}

// tryReading ends runs before their first write, one after the other in one account: there is nothing to
// repair.
func (c *crashTest) tryReading(t *testing.T) {
	c.inAccount(t, func(t *testing.T, a *account) {
		for _, p := range c.reading {
			if p.call == "lambda:GetFunctionCodeSigningConfig" && p.how == callRefused { // TestAdditionsNotChecked: this read is optional
				continue
			}
			if done, err := c.crash(t, a, p); err == nil || done != "" {
				t.Errorf("%s: %v; done is %q", p, err, done)
			}
		}
		c.checkStatus(t, a)
		sameAccount(t, "Before the first write", a.dump(t), c.before)
	})
}

func (c *crashTest) tryWriting(t *testing.T) {
	for _, p := range c.writing {
		t.Run(p.String(), func(t *testing.T) {
			var known bool
			c.inAccount(t, func(t *testing.T, a *account) { known = c.tryAgain(t, a, p) })
			if !known {
				c.inAccount(t, func(t *testing.T, a *account) { c.tryRemoval(t, a, p) })
			}
		})
	}
}

// tryAgain repeats the command after a crash, unless the result is known.
func (c *crashTest) tryAgain(t *testing.T, a *account, p point) (known bool) {
	t.Helper()
	done, err := c.crash(t, a, p)
	if err == nil {
		sameAccount(t, "The run succeeded, but", a.dump(t), c.after)
	}
	state := done + a.functionState(t)
	if c.tried[state] {
		return true
	}
	c.tried[state] = true
	c.checkStatus(t, a)
	must(t, a, c.command)
	sameAccount(t, "After a second run", a.dump(t), c.after)
	c.checkStatus(t, a)
	return false
}

// tryRemoval uninstalls after a crash. A log group that was already kept stays.
func (c *crashTest) tryRemoval(t *testing.T, a *account, p point) {
	t.Helper()
	_, _ = c.crash(t, a, p)
	want := c.empty
	if found, _ := a.statusOf(t, c.names); found.Kept {
		want = c.after
	}
	must(t, a, doUninstall(c.names, false))
	sameAccount(t, "After an uninstall", a.dump(t), want)
}

// checkStatus compares status with the account's content: healthy means the content before or after the whole
// command, if those are healthy, and not installed means the content without the installation. The reported
// settings are those requested before or now: nothing in between, and nothing lost.
func (c *crashTest) checkStatus(t *testing.T, a *account) {
	t.Helper()
	found, status := a.statusOf(t, c.names)
	now := a.dump(t)
	gone := []string{c.empty}
	if !c.install {
		gone = append(gone, c.after) // with --keep-logs it contains the log group
	}
	if found.Found() == slices.Contains(gone, now) {
		t.Errorf("status finds an installation: %t; the account holds\n%s", found.Found(), now)
	}
	if !found.Found() {
		return
	}
	if found.Record != nil && (!slices.ContainsFunc(c.asked, func(asked string) bool { return sameSettings(t, asked, status.Settings) }) ||
		slices.ContainsFunc(status.Warnings, func(text string) bool { return !strings.Contains(text, "permissions boundary") })) {
		t.Errorf("requested settings are lost: %q, %v", status.Warnings, status.Settings)
	}
	healthy := c.healthy && now == c.before || c.install && now == c.after
	if status.Healthy != healthy || status.Healthy != (len(status.Changes) == 0) {
		t.Errorf("status says healthy: %t, would change %q", status.Healthy, deploytest.Printed(status.Changes))
		sameAccount(t, "Before all of it", now, c.before)
		sameAccount(t, "After all of it", now, c.after)
	}
}

// sameSettings compares settings without the boundary: the role's counts, which is set before it is recorded.
func sameSettings(t *testing.T, asked string, status map[string]any) bool {
	t.Helper()
	var wanted map[string]any
	if err := json.Unmarshal([]byte(asked), &wanted); err != nil {
		t.Fatal(err)
	}
	wanted["permissions_boundary"] = status["permissions_boundary"]
	return jsonOf(t, status) == jsonOf(t, wanted)
}
