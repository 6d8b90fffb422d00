package handler

// GateRow describes a row of the gate, for documentation.
type GateRow struct {
	ReasonText
	// OfService reports whether the row depends on the result of DescribeServices; the others depend on the event
	// alone.
	OfService bool
	// Always reports whether the row counts in mode always, too.
	Always bool
}

// Gate returns the gate's rows in order, with adjacent rows of the same reason as one.
func Gate() []GateRow {
	var all []GateRow
	add := func(r row, ofService bool) {
		if last := len(all) - 1; last >= 0 && all[last].Reason == r.reason {
			return
		}
		all = append(all, GateRow{ReasonText{r.reason, r.action, r.text}, ofService, r.modes == everyMode})
	}
	for _, r := range eventRows() {
		add(r, false)
	}
	for _, r := range serviceRows() {
		add(r, true)
	}
	return append(all, GateRow{ReasonText{ReasonRedeploy, ActionRedeploy, textRedeploy}, true, true})
}
