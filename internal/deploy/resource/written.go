package resource

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// The record holds a hash of each part that this version of the program wrote: a policy, a pattern, an
// environment. A later version may write different parts. If a part is still as written, the difference is
// one between versions; any other difference is drift.

// hashLength is the number of base64 characters of a hash in the record: 36 bits, against accidental matches.
const hashLength = 6

// Sign adds the hashes of a wanted state to its record, unless the record has no room for them.
func (s State) Sign(record settings.Record) {
	record.Written = strings.Join(slices.Sorted(maps.Values(s.hashes())), "")
	if text, err := record.Encode(); err == nil {
		s.Role.Description = text
	}
}

// hashes returns the hash of each part. They depend on the record: after it is edited they do not match.
func (s State) hashes() map[part]string {
	lines := map[part][]string{}
	for _, each := range s.resources() {
		for _, field := range each.fields() {
			if name := each.part(field.path); name != "" && field.value != "" {
				key := part{each.ID(), name}
				lines[key] = append(lines[key], field.path+"="+field.value)
			}
		}
	}
	hashes := map[part]string{}
	for key, text := range lines {
		slices.Sort(text)
		sum := sha256.Sum256([]byte(strings.Join(slices.Concat([]string{settings.WithoutWritten(s.Role.Description), key.String(), key.name}, text), "\x00")))
		hashes[key] = base64.RawURLEncoding.EncodeToString(sum[:])[:hashLength]
	}
	return hashes
}

// part is a part of a resource whose hash the record holds.
type part struct {
	ID
	name string
}

// asWritten reports for each part of what was found whether it is still as the hashes in the record say.
func (s State) asWritten(hashes string) map[part]bool {
	written := map[part]bool{}
	if s.Role == nil {
		return written
	}
	recorded := map[string]bool{}
	for hash := range slices.Chunk([]byte(hashes), hashLength) {
		recorded[string(hash)] = true
	}
	for key, hash := range s.hashes() {
		written[key] = recorded[hash]
	}
	return written
}

// Drift returns the changes of what was found without the differences between versions, and whether there are
// such differences. hashes is settings.Record.Written.
func (s State) Drift(changes []Change, hashes string, names Names, spec settings.Spec) (drifted []Change, outdated bool) {
	written, found := s.asWritten(hashes), s.byID()
	for _, change := range changes {
		have := found[change.ID]
		if change.Action != Update || have == nil {
			drifted = append(drifted, change)
			continue
		}
		all := len(change.Fields)
		change.Fields = slices.DeleteFunc(slices.Clone(change.Fields), func(field Field) bool {
			return written[part{change.ID, have.part(field.Path)}] && harmless(have, field, names, spec)
		})
		outdated = outdated || len(change.Fields) < all
		if len(change.Fields) > 0 {
			change.Vital = slices.ContainsFunc(change.Fields, have.vital)
			drifted = append(drifted, change)
		}
	}
	return drifted, outdated
}

// harmless reports whether interruptions are handled in spite of a difference. The hashes are not keyed:
// anyone who may update the role can write them, and they must not hide that the installation does nothing.
func harmless(have resource, field Field, names Names, spec settings.Spec) bool {
	switch have := have.(type) {
	case *Role:
		return have.trustsLambdaAlone() && (!below(field.Path, "policy") || have.letsRedeploy())
	case *Rule:
		return !have.vital(field) || have.matchesInterruptions(names, spec)
	case *Permission, *Target:
		return !have.vital(field)
	case *Function:
		return field.Path != "environment."+handler.EnvRedeploy
	}
	return true
}

// matchesInterruptions reports whether the rule's pattern matches an interruption in each of the watched clusters.
func (r *Rule) matchesInterruptions(names Names, spec settings.Spec) bool {
	matches, err := eventpattern.Parse(r.Pattern)
	if err != nil {
		return false
	}
	clusters := clusterARNs(names.Identity, spec.Clusters)
	if len(clusters) == 0 {
		clusters = []string{names.ClusterARN("any")}
	}
	return !slices.ContainsFunc(clusters, func(cluster string) bool {
		var event map[string]any
		return json.Unmarshal(sampleInterruption(cluster).JSON(), &event) != nil || !matches(event)
	})
}

// sampleInterruption returns the event of a running task of a service in this cluster.
func sampleInterruption(cluster string) handler.Event {
	task := strings.Replace(cluster, ":cluster/", ":task/", 1) + "/" + strings.ToLower(rand.Text()) // with an ID that no pattern can contain
	now := time.Now()
	return handler.InterruptionEvent(&types.Task{
		TaskArn: &task, ClusterArn: &cluster, Group: aws.String("service:sample"), StartedBy: aws.String("ecs-svc/1"),
		LastStatus: aws.String("RUNNING"), DesiredStatus: aws.String("RUNNING"), LaunchType: types.LaunchTypeFargate,
		CapacityProviderName: aws.String("FARGATE_SPOT"), CreatedAt: &now, StartedAt: &now,
	}, now)
}
