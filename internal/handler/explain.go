package handler

// Asked is a row of the gate that was asked about an event.
type Asked struct {
	Reason Reason
	Holds  bool   // the row decides
	Text   string // what the row says where it holds
}

// Explain returns the rows that Decide asks in this situation, in the gate's order, until one holds. Rows that do
// not count in the mode are left out. Without a Service they are those that depend on the event alone. It is pure.
func Explain(s Situation) []Asked {
	s.Mode = s.effectiveMode()
	var all []Asked
	ask := func(rows []row) (decided bool) {
		for _, row := range rows {
			if row.modes == notAlways && s.Mode == ModeAlways {
				continue
			}
			asked := Asked{row.reason, row.when(&s), row.text}
			if asked.Holds {
				asked.Text = row.decide(&s).Message
			}
			all = append(all, asked)
			if asked.Holds {
				return true
			}
		}
		return false
	}
	events, services := eventRows(), serviceRows()
	if !ask(events[:]) && s.Service != nil {
		ask(services[:])
	}
	return all
}
