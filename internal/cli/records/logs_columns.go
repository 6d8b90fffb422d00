package records

import "github.com/spothandler/spothandler/internal/cli/term"

// Widths of the columns of logs.
const (
	timeWidth   = len("15:04:05.000")
	verbWidth   = len("redeployed")
	reasonWidth = len("controller_unsupported")
	taskWidth   = len("  task 32ee10ab") + 1 // with an ellipsis

	narrowestName, widestName = 10, 28
)

// logColumns are the columns of logs, which are the same for every record.
type logColumns struct {
	name, nameWidth int // where the name begins, and the width of its column
	body            int // where the rest of the line begins
	below           int // where it begins if it is below a name that is longer than its column
}

// columnsFor returns the columns, given the widths of the longest name and reason. On a narrow terminal the rest is always below
// the name.
func columnsFor(st term.Style, name, reason int) *logColumns {
	c := &logColumns{name: timeWidth + st.MarkWidth() + verbWidth + 2, below: timeWidth + st.MarkWidth()}
	c.nameWidth = min(max(name, narrowestName), widestName)
	if st.TTY {
		c.nameWidth = min(c.nameWidth, st.Width-c.name-2-reason-taskWidth)
	}
	c.body = c.name + c.nameWidth + 2
	if c.nameWidth < narrowestName {
		c.body = c.below
	}
	return c
}
