package callerpolicy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Each command's own policy allows every call of the command and contains no unneeded action; without any one
// of its actions the command names the missing one.
func TestLeastPrivilege(t *testing.T) {
	w := newEnvironment(t)
	taken := 0
	for _, s := range scenarios() {
		policy := w.printed(s.policy)
		askedBy := s.sufficient(w, policy)
		for _, action := range s.actions(w) {
			steps := askedBy[action]
			if len(steps) == 0 {
				t.Errorf("policy %s: nothing needs %s", s.policy, action)
			}
			if _, reason := s.quiet[action]; len(steps) == 0 || reason {
				continue
			}
			if said := w.without(withoutAction(t, policy, action), action, steps); said != "" {
				t.Errorf("policy %s without %s: %q does not say so:\n%s", s.policy, action, steps[0].command, said)
			}
			taken++
		}
	}
	t.Logf("%d actions taken away, one at a time", taken)
}

// Every command that calls AWS has its own policy, and is run with it above.
func TestEveryCommandHasItsPolicy(t *testing.T) {
	w := newEnvironment(t)
	offline := []string{"completion", "demo", "help", "local", "policy", "version"}
	listed, code := w.runWords(adminKey, "__complete", "")
	if code != 0 || !strings.Contains(listed, "install\t") {
		t.Fatal(listed)
	}
	for line := range strings.Lines(listed) {
		command, _, isCommand := strings.Cut(line, "\t")
		proved := slices.ContainsFunc(scenarios(), func(s scenario) bool {
			return slices.ContainsFunc(s.steps, func(each step) bool { return strings.HasPrefix(each.command+" ", command+" ") })
		})
		if isCommand && !proved && !slices.Contains(offline, command) {
			t.Errorf("no scenario runs %s: give it a policy and a scenario, or say here that it makes no call", command)
		}
	}
}

// actions returns the actions that the scenario proves to be needed.
func (s scenario) actions(w *environment) []string {
	w.Helper()
	actions := actionsOf(w.T, w.printed(s.policy))
	if s.beyond == "" {
		return actions
	}
	elsewhere := actionsOf(w.T, w.printed(s.beyond))
	return slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(elsewhere, action) })
}

// sufficient runs every step with the policy, in which no call may be denied, and returns the steps that need
// each action.
func (s scenario) sufficient(w *environment, policy string) map[string][]step {
	w.Helper()
	askedBy := map[string][]step{}
	for _, step := range s.steps {
		w.setState(step.state)
		w.allow(policy)
		w.server.ForgetCalls()
		said, code := w.run(callerKey, step.command)
		asked, denied := w.checkedActions()
		denied = slices.DeleteFunc(denied, func(action string) bool { return s.quiet[action] != "" })
		if code != step.exit || len(denied) > 0 {
			w.Errorf("%s, %s: %q exits with %d, denied is %q:\n%s", s.policy, step.state.name, step.command, code, denied, said)
		}
		for _, action := range asked {
			askedBy[action] = append(askedBy[action], step)
		}
	}
	return askedBy
}

// without runs the steps with a policy that lacks one action until one of them names it. It returns "" in
// that case, otherwise the output of the first step.
func (w *environment) without(policy, action string, steps []step) string {
	w.Helper()
	first := ""
	for _, step := range steps {
		w.setState(step.state)
		w.allow(policy)
		w.server.ForgetCalls()
		said, _ := w.run(callerKey, step.command)
		if strings.Contains(strings.Join(strings.Fields(said), " "), action) {
			return ""
		}
		if first == "" {
			first = said
		}
	}
	return first
}

// withoutAction returns the policy without one action.
func withoutAction(t *testing.T, policy, action string) string {
	t.Helper()
	document := parse(t, policy)
	for i, statement := range document.Statement {
		document.Statement[i].Action = slices.DeleteFunc(statement.Action, func(each string) bool { return each == action })
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
