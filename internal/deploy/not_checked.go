package deploy

// NotChecked is something that could not be checked, so nothing is known about it.
type NotChecked struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// String returns it as a phrase.
func (n NotChecked) String() string { return "not checked: " + n.What + ": " + n.Why }
