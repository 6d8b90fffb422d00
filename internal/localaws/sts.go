package localaws

type callerAnswer struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// stsActions are those of STS, which keeps nothing.
func stsActions() map[string]action {
	return map[string]action{"GetCallerIdentity": op(getCallerIdentity)}
}

func getCallerIdentity(c *call, _ struct{}) (callerAnswer, error) {
	return callerAnswer{Arn: c.record.Principal, UserID: "AIDALOCALAWSLOCALAWS1", Account: c.server.opts.Account}, nil
}
