package handler

// Evaluation is the result of evaluating one row of the gate.
type Evaluation struct {
	Reason Reason
	Holds  bool   // the row applies and decides
	Text   string // the row's text, or its explanation if it applies
}

// Explain returns the rows that Decide evaluates in this situation, in the
// gate's order, up to the first that applies. Rows that do not count in the
// mode are left out. Without a Service, only the rows that depend on the event
// are evaluated. It is a pure function.
func Explain(s Situation) []Evaluation {
	s.Mode = s.effectiveMode()
	var all []Evaluation
	evaluate := func(rows []row) (decided bool) {
		for _, row := range rows {
			if row.modes == notAlways && s.Mode == ModeAlways {
				continue
			}
			evaluated := Evaluation{row.reason, row.when(&s), row.text}
			if evaluated.Holds {
				evaluated.Text = row.decide(&s).Message
			}
			all = append(all, evaluated)
			if evaluated.Holds {
				return true
			}
		}
		return false
	}
	events, services := eventRows(), serviceRows()
	if !evaluate(events[:]) && s.Service != nil {
		evaluate(services[:])
	}
	return all
}
