package testaws

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Dump returns a description of everything in an account in the clients' Region, and of its roles: one
// paragraph per resource with everything that may have been set, sorted. Values set by AWS (IDs, times) are
// left out, and so is a function's LoggingConfig, which moto does not return: see [Clients.Logging]. An empty
// account is "nothing\n".
func (c Clients) Dump(ctx context.Context) (string, error) {
	p := &page{}
	for _, part := range []func(context.Context, *page) error{c.dumpRoles, c.dumpLogGroups, c.dumpFunctions, c.dumpRules} {
		if err := part(ctx, p); err != nil {
			return "", fmt.Errorf("dumping the account: %w", err)
		}
	}
	if p.out.Len() == 0 {
		return "nothing\n", nil
	}
	return p.out.String(), nil
}

// page is the text of a dump.
type page struct{ out strings.Builder }

func (p *page) title(kind, name string) { fmt.Fprintf(&p.out, "%s %s\n", kind, name) }

// line writes one property; an empty one is left out.
func (p *page) line(name, value string) {
	if value != "" {
		fmt.Fprintf(&p.out, "  %s %s\n", name, value)
	}
}

func (p *page) tags(tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		p.line("tag", key+"="+tags[key])
	}
}

// compact returns a JSON document without white space and with sorted keys; other text is returned unchanged.
func compact(document string) string {
	var value any
	if json.Unmarshal([]byte(document), &value) != nil {
		return document
	}
	text, err := json.Marshal(value)
	if err != nil {
		return document
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}

// unescaped returns a policy document of IAM, which is URL-encoded.
func unescaped(document *string) string {
	text, err := url.PathUnescape(aws.ToString(document))
	if err != nil {
		return aws.ToString(document)
	}
	return compact(text)
}
