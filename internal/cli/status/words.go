package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
)

// isIdle reports whether a healthy installation redeploys nothing, as configured.
func isIdle(status deploy.Status) bool {
	return status.Healthy && !settings.Acts(string(status.Spec.Redeploy), status.Spec.RuleState)
}

// isSwitchedOff reports whether a healthy installation gets no events, as configured.
func isSwitchedOff(status deploy.Status) bool {
	return status.Healthy && status.Spec.RuleState == string(types.RuleStateDisabled)
}

// verdictText returns the verdict on an installation as it is shown in a list.
func verdictText(status deploy.Status) string {
	switch {
	case isSwitchedOff(status):
		return "switched off"
	case isIdle(status):
		return "only observes"
	}
	return strings.ReplaceAll(string(status.Verdict), "_", " ")
}

// verdictClause returns the verdict on an installation as it follows its name.
func verdictClause(status deploy.Status) string {
	switch {
	case isSwitchedOff(status):
		return "is switched off: its rule is DISABLED"
	case isIdle(status):
		return "only observes: it redeploys nothing"
	case status.Healthy:
		return "is healthy"
	}
	return verdictText(status)
}

func orUnknown(version string) string {
	if version == "" {
		return "of unknown version"
	}
	return version
}

// redeployNothing says how many installations redeploy nothing, as configured.
func redeployNothing(idle int) string {
	if idle == 1 {
		return "1 redeploys nothing"
	}
	return fmt.Sprintf("%d redeploy nothing", idle)
}

// lastDay is the name of the part of status that comes from the records.
const lastDay = "last 24 h"

// whyUnknown returns why the activity of an installation is unknown, or "" if it is known or was not requested.
func whyUnknown(status deploy.Status) string {
	for _, each := range status.NotChecked {
		if each.What == lastDay {
			return each.Why
		}
	}
	return ""
}

// summarizeDay returns the last 24 hours in the few words of a table's cell.
func summarizeDay(status deploy.Status) string {
	day := status.Last24h
	switch {
	case whyUnknown(status) != "":
		return "24 h: unknown"
	case day == nil:
		return ""
	case day.Interruptions == 0:
		return "24 h: none recorded"
	}
	words := []string{fmt.Sprintf("24 h: %d interrupted", day.Interruptions)}
	if day.Failures > 0 {
		words = append(words, fmt.Sprintf("%d failed", day.Failures))
	}
	return strings.Join(words, ", ")
}

func describeDay(day *history.Day) []string {
	if day.Interruptions == 0 {
		return []string{"no interruptions recorded"}
	}
	return slices.Concat([]string{term.Plural(day.Interruptions, "task") + " interrupted", fmt.Sprintf("%d redeployed", day.Redeployments)},
		show.NotRedeployed(day.Skipped), []string{fmt.Sprintf("%d failed", day.Failures)})
}

func describeLatest(latest *history.Latest) []string {
	result := string(latest.Result)
	switch latest.Result {
	case history.Skipped:
		result += ": " + string(latest.Reason)
	case history.Observed:
		result = "would have been redeployed"
	}
	return []string{latest.At.UTC().Format("15:04:05 UTC"), latest.Cluster + "/" + latest.Service, result}
}
