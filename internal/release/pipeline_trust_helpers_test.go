package main

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// githubSubject is the claim sub of a job's token (GitHub Docs, OpenID Connect reference).
func githubSubject(event, environment string) string {
	switch {
	case environment != "":
		return "repo:example/shop:environment:" + environment
	case event == "pull_request":
		return "repo:example/shop:pull_request"
	}
	return "repo:example/shop:ref:refs/heads/main"
}

// checkTrust looks whether the role that a step assumes trusts the job, and neither another repository nor, if it may
// install, any job but those of its environment.
func (p *project) checkTrust(step githubStep, subject string) {
	p.Helper()
	role, found := strings.CutPrefix(step.With["role-to-assume"], "arn:aws:iam::111122223333:role/")
	if !found {
		return
	}
	const host = "token.actions.githubusercontent.com"
	trusts := func(subject, audience string) bool {
		claims := map[string]string{host + ":sub": subject, host + ":aud": audience}
		return policy.TrustsIdentity(p.trust[role], "arn:aws:iam::111122223333:oidc-provider/"+host, claims) == policy.Allowed
	}
	const audience = "sts.amazonaws.com" // what configure-aws-credentials asks for
	if !trusts(subject, audience) {
		p.Errorf("role %s does not trust %s", role, subject)
	}
	for _, other := range []string{"repo:example/shop2:environment:production", "repo:other/shop:pull_request", "repo:example/shop:ref:refs/heads/other"} {
		if trusts(other, audience) {
			p.Errorf("role %s trusts %s", role, other)
		}
	}
	if trusts(subject, "other") || role == installRole && (trusts(githubSubject("pull_request", ""), audience) || trusts(githubSubject("push", ""), audience)) {
		p.Errorf("role %s trusts more than the jobs that it is for", role)
	}
}
