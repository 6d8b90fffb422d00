package main

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// diagramPart returns the gate as a Mermaid flowchart, which GitHub and GitLab render. Its rows are in two boxes,
// since a box for each would fill three screens.
func diagramPart() string {
	rows := handler.Gate()
	last := rows[len(rows)-1]
	var of [2]strings.Builder // the rows that depend on the event alone, and those that depend on the service
	for i, row := range rows[:len(rows)-1] {
		half := &of[0]
		if row.OfService {
			half = &of[1]
		}
		fails := ""
		if row.Action == handler.ActionFail {
			fails = ": the invocation fails"
		}
		fmt.Fprintf(half, "<br>%d. <b>%s</b> %s%s", i+1, row.Reason, row.Text, fails)
	}
	var out strings.Builder
	out.WriteString("```mermaid\n%%{init: {\"flowchart\": {\"wrappingWidth\": 700}}}%%\nflowchart TD\n")
	out.WriteString("  event([an event of the rule]) --> first\n")
	fmt.Fprintf(&out, "  first[\"From the event alone, without a call to AWS:%s\"]:::rows\n", of[0].String())
	fmt.Fprintf(&out, "  second[\"From the service, as DescribeServices returns it:%s\"]:::rows\n", of[1].String())
	out.WriteString("  first -- one applies --> left([the service is left to ECS]):::skip\n  first -- none applies --> second\n")
	fmt.Fprintf(&out, "  second -- one applies --> left\n  second -- none applies --> act([\"<b>%s</b> UpdateService, forceNewDeployment\"]):::redeploy\n", last.Reason)
	out.WriteString("  classDef rows text-align:left\n  classDef skip stroke-dasharray:4 3\n  classDef redeploy stroke:#1a7f37,stroke-width:2px\n```\n")
	return out.String()
}

// reasonsPart returns the table of the reasons that a record can have.
func reasonsPart() string {
	always := map[handler.Reason]bool{handler.ReasonFailed: true}
	for _, row := range handler.Gate() {
		always[row.Reason] = always[row.Reason] || row.Always
	}
	var table strings.Builder
	table.WriteString("| reason | meaning | what the function does | with `--redeploy always` |\n|---|---|---|---|\n")
	for _, r := range handler.Reasons() {
		does := map[handler.Action]string{handler.ActionSkip: "nothing", handler.ActionRedeploy: "redeploys", handler.ActionFail: "fails"}[r.Action]
		too := map[bool]string{true: "the same", false: "redeploys"}[always[r.Reason]]
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", r.Reason, r.Text, does, too)
	}
	return table.String()
}
