package records

import (
	"cmp"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

func csvHeader() []string {
	return []string{"time", "region", "cluster", "service", "task", "zone", "result", "reason", "reaction_ms", "deployment", "error", "prefix", "account"}
}

func csvRows(account string, r *history.Report) [][]string {
	rows := make([][]string, len(r.All))
	for n, i := range r.All {
		reaction := ""
		if i.ReactionMS != nil {
			reaction = strconv.FormatInt(*i.ReactionMS, 10)
		}
		rows[n] = []string{
			i.At.UTC().Format(time.RFC3339), r.Region, handler.NameOf(i.Cluster), i.Service, handler.NameOf(i.Task), i.Zone,
			string(i.Result), string(i.Reason), reaction, cmp.Or(i.Forced, i.Deployment), i.Error, r.Prefix, account,
		}
	}
	return rows
}

// writeCSV prints rows. It escapes control characters, and prefixes text that a spreadsheet would take for a formula with an
// apostrophe (OWASP, CSV Injection).
func writeCSV(to *term.Printer, rows ...[]string) error {
	out := csv.NewWriter(to.Lines())
	for _, row := range rows {
		safe := make([]string, len(row))
		for n, text := range row {
			safe[n] = term.Escape(text)
			if text != "" && (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@') {
				safe[n] = "'" + safe[n]
			}
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
