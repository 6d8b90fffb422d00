package main

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// diagramPart draws the gate as a Mermaid flowchart, which GitHub and GitLab render.
func diagramPart() string {
	var out strings.Builder
	out.WriteString("```mermaid\nflowchart TD\n")
	out.WriteString("  event([an event of the rule]) --> r0\n")
	rows := handler.Gate()
	last := len(rows) - 1
	for group, title := range []string{"the event alone: no call to AWS", "the service, as ECS describes it now"} {
		fmt.Fprintf(&out, "  subgraph %s\n", []string{"s0[" + title + "]", "s1[" + title + "]"}[group])
		for i, row := range rows[:last] {
			if row.OfService == (group == 1) {
				fmt.Fprintf(&out, "    r%d[\"%s<br><b>%s</b>\"]:::%s\n", i, row.Text, row.Reason, row.Action)
			}
		}
		out.WriteString("  end\n")
	}
	for i := range rows[:last-1] {
		fmt.Fprintf(&out, "  r%d --> r%d\n", i, i+1)
	}
	fmt.Fprintf(&out, "  r%d -- none applies --> redeploy([\"<b>%s</b>: UpdateService, forceNewDeployment\"]):::redeploy\n", last-1, rows[last].Reason)
	out.WriteString("  s0 -- the first that applies --> ecs([the service is left to ECS]):::skip\n")
	out.WriteString("  s1 -- the first that applies --> ecs\n")
	out.WriteString("  classDef skip stroke-dasharray:4 3\n  classDef fail stroke:#cf222e,stroke-width:2px\n  classDef redeploy stroke:#1a7f37,stroke-width:2px\n```\n")
	return out.String()
}

// reasonsPart is the table of the reasons that a record can have.
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
