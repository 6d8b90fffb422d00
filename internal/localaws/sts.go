package localaws

// stsActions are those of STS, which keeps nothing.
func stsActions() map[string]action {
	return map[string]action{"GetCallerIdentity": op(getCallerIdentity)}
}

func getCallerIdentity(c *call, _ *struct{}) (any, error) {
	return obj{"Arn": c.record.Principal, "UserId": "AIDALOCALAWSLOCALAWS1", "Account": c.server.opts.Account}, nil
}
