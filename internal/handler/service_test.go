package handler

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The values that turn the function off for a service, their synonyms, and
// unknown values.
func TestTagWords(t *testing.T) {
	for want, values := range map[string][]string{
		TagOff:      {"off", "Off", " OFF ", "disabled", "false", "no", "None"},
		TagObserve:  {"observe", "Observe"},
		TagRedeploy: {"redeploy", "\tRedeploy"},
		"":          {"", "  ", "on", "enabled", "TRUE", "yes", "once"},
		"of":        {"of", "Of "},
		"always":    {"always"},
	} {
		for _, value := range values {
			if got := ServiceFrom(tagged(TagKey, value)).Tag; got != want {
				t.Errorf("%q: got %q, want %q", value, got, want)
			}
		}
	}
}

// Keys that differ in case are separate tags: the most cautious value counts.
func TestTagKeys(t *testing.T) {
	cases := []struct {
		name string
		tags []string // key, value ...
		want string
	}{
		{"none", nil, ""},
		{"another key", []string{"team", "off", "spothandler:prefix", "off"}, ""},
		{"another case", []string{"SpotHandler", "off"}, TagOff},
		{"blanks", []string{" spothandler ", "off"}, TagOff},
		{"off before observe", []string{"spothandler", "observe", "Spothandler", "off"}, TagOff},
		{"off before redeploy", []string{"spothandler", "off", "Spothandler", "redeploy"}, TagOff},
		{"off before an unknown word", []string{"spothandler", "off", "Spothandler", "of"}, TagOff},
		{"an unknown word before observe", []string{"spothandler", "of", "Spothandler", "observe"}, "of"},
		{"observe before redeploy", []string{"spothandler", "redeploy", "Spothandler", "observe"}, TagObserve},
		{"redeploy before on", []string{"spothandler", "redeploy", "Spothandler", "on"}, TagRedeploy},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := ServiceFrom(tagged(c.tags...)).Tag; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// tagged returns a service with tags, given as key, value, key, value ...
func tagged(tags ...string) *types.Service {
	service := &types.Service{}
	for i := 0; i < len(tags); i += 2 {
		service.Tags = append(service.Tags, types.Tag{Key: aws.String(tags[i]), Value: aws.String(tags[i+1])})
	}
	return service
}

// Fields missing from a deployment configuration have ECS's defaults.
func TestServiceFromDefaults(t *testing.T) {
	got := ServiceFrom(&types.Service{DeploymentConfiguration: &types.DeploymentConfiguration{}})
	if got.MinimumHealthyPercent != 100 || got.MaximumPercent != 200 {
		t.Errorf("got %d and %d, want 100 and 200", got.MinimumHealthyPercent, got.MaximumPercent)
	}
	got = ServiceFrom(&types.Service{DeploymentConfiguration: &types.DeploymentConfiguration{
		MinimumHealthyPercent: aws.Int32(0), MaximumPercent: aws.Int32(134),
	}})
	if got.MinimumHealthyPercent != 0 || got.MaximumPercent != 134 {
		t.Errorf("got %d and %d, want 0 and 134", got.MinimumHealthyPercent, got.MaximumPercent)
	}
}
