package local

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

// notices prints to stderr what happens on a local AWS while it serves. It is safe for concurrent use.
type notices struct {
	err *term.Printer
	mu  sync.Mutex
}

func (n *notices) interrupted(cluster, service string, tasks []string) {
	n.print(term.Attention, fmt.Sprintf("interrupted %s of %s/%s", term.Plural(len(tasks), "task"), cluster, service))
}

func (n *notices) invoked(result localaws.InvocationResult) {
	var d handler.Response
	var failure struct {
		Message string `json:"errorMessage"`
	}
	sign, outcome := term.Quiet, "responded"
	switch {
	case result.Failed && json.Unmarshal(result.Payload, &failure) == nil:
		sign, outcome = term.Failed, "failed: "+failure.Message
	case json.Unmarshal(result.Payload, &d) == nil && d.Reason != "":
		outcome = string(d.Reason)
		if d.Service != "" {
			outcome += fmt.Sprintf(" %s/%s", handler.NameOf(d.Cluster), d.Service)
		}
		if d.Applied {
			sign = term.OK
		}
	}
	how := ""
	if d.DryRun {
		how = "rehearsal, "
	}
	n.print(sign, fmt.Sprintf("%s: %s (%s%d ms)", result.Function, outcome, how, result.Took.Milliseconds()))
}

func (n *notices) print(sign term.Glyph, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err.Print(n.err.Sentence(sign, text))
}
