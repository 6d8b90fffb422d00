package deploy

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// The record holds a hash of each part that this version of the program wrote: a policy, a pattern, an environment.
// A later version may write another. Where a part is still what was written, the difference is that of the versions;
// any other is drift.

// hashLength is how many characters of base64 a hash has in the record: 36 bits, against accident.
const hashLength = 6

// sign adds the hashes of a wanted state to its record, unless that has no room for them.
func (s State) sign(record settings.Record) {
	record.Written = strings.Join(slices.Sorted(maps.Values(s.hashes())), "")
	if text, err := record.Encode(); err == nil {
		s.Role.Description = text
	}
}

// hashes returns the hash of each part. They are bound to the record: one that was edited says nothing.
func (s State) hashes() map[part]string {
	lines := map[part][]string{}
	for _, each := range s.resources() {
		for _, field := range each.fields() {
			if name := each.part(field.path); name != "" && field.value != "" {
				key := part{each.id(), name}
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

// part is a part of a resource of which the record holds a hash.
type part struct {
	ID
	name string
}

// asWritten reports for each part of what was found whether it still is what was written.
func (i *Installation) asWritten() map[part]bool {
	written := map[part]bool{}
	if i.Record == nil || i.State.Role == nil {
		return written
	}
	recorded := map[string]bool{}
	for hash := range slices.Chunk([]byte(i.Record.Written), hashLength) {
		recorded[string(hash)] = true
	}
	for key, hash := range i.State.hashes() {
		written[key] = recorded[hash]
	}
	return written
}

// drift returns the changes without the differences between versions, and whether there are any of these.
func (i *Installation) drift(changes []Change) (drifted []Change, outdated bool) {
	written, found := i.asWritten(), i.State.byID()
	for _, change := range changes {
		have := found[change.ID]
		if change.Action != Update || have == nil {
			drifted = append(drifted, change)
			continue
		}
		all := len(change.Fields)
		change.Fields = slices.DeleteFunc(slices.Clone(change.Fields), func(field Field) bool {
			return written[part{change.ID, have.part(field.Path)}]
		})
		outdated = outdated || len(change.Fields) < all
		if len(change.Fields) > 0 {
			change.vital = slices.ContainsFunc(change.Fields, have.vital)
			drifted = append(drifted, change)
		}
	}
	return drifted, outdated
}
