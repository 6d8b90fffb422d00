package deploy

// NotChecked is something that could not be looked at: no problem by itself, and no good news.
type NotChecked struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// String is what a person reads.
func (n NotChecked) String() string { return "not checked: " + n.What + ": " + n.Why }
