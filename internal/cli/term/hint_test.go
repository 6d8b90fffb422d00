package term

import "testing"

// A command can be pasted at any terminal width: it is broken between words, with backslashes.
func TestHint(t *testing.T) {
	narrow, log := in(true, 40, "NO_COLOR=1"), in(false, 40)
	for _, test := range []struct {
		name, hint string
		command    bool
		style      Style
		want       string
	}{
		{"words", "ask who administers the organization about it", false, narrow, "  › ask who administers the organization\n    about it\n"},
		{"a short command", "spothandler status", true, narrow, "  › spothandler status\n"},
		{"what it does fits", "spothandler status   looks again", true, narrow, "  › spothandler status   # looks again\n"},
		{"what it does goes below", "spothandler status --prefix prod   looks again", true, narrow, "  › spothandler status --prefix prod\n        # looks again\n"},
		{"a long command", "spothandler install --prefix prod --cluster shop", true, narrow, "  › spothandler install --prefix prod \\\n      --cluster shop\n"},
		{"two commands", "aws ecs list-services --cluster shop > all.json && aws ecs list-clusters", true, narrow, `  › aws ecs list-services \
      --cluster shop > all.json \
      && aws ecs list-clusters
`},
		{"a jq program, in which a line break is a space", "aws ecs list-clusters | jq '.clusterArns | map(select(. != null)) | length' > number", true, narrow, `  › aws ecs list-clusters \
      | jq '.clusterArns |
      map(select(. != null)) | length' \
      > number
`},
		{"a long value", "aws ecs update-service --capacity-provider-strategy capacityProvider=FARGATE,base=1", true, narrow, `  › aws ecs update-service \
      --capacity-provider-strategy \
      capacityProvider=FARGATE,base=1
`},
		{"a command substitution", "spothandler completion bash > $(brew --prefix)/etc/bash_completion", true, narrow, `  › spothandler completion bash \
      > $(brew --prefix)/etc/bash_completion
`},
		{"quotes", "spothandler install --tag 'Cost Centre=one two three'", true, narrow, "  › spothandler install \\\n      --tag 'Cost Centre=one two three'\n"},
		{"spaces in quotes", "spothandler status --config 'my   file'   looks again", true, log, "  › spothandler status --config 'my   file'   # looks again\n"},
		{"a line of a file", "production: {prefix: a}   below it", false, narrow, "  › production: {prefix: a} # below it\n"},
		{"a log", "spothandler install --prefix prod --cluster shop   again", true, log, "  › spothandler install --prefix prod --cluster shop   # again\n"},
	} {
		if got := test.style.Hint(test.hint, test.command).String(); got != test.want {
			t.Errorf("%s:\n%s", test.name, got)
		}
	}
}
