package settings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

// MaxRecord is the maximum length of a role's description in characters (IAM API, CreateRole).
const MaxRecord = 1000

// Record is the content of the role's description: the wanted settings of an installation and the installed
// code. It is written before anything else changes.
type Record struct {
	Version             string   `json:"spothandler"` // version of the binary that installed
	FunctionName        string   `json:"function"`
	RuleName            string   `json:"rule"`
	RuleState           string   `json:"state"`
	MemorySize          int      `json:"memory"`
	Timeout             int      `json:"timeout"`
	ReservedConcurrency int      `json:"concurrency"`
	LogLevel            string   `json:"log"`
	LogRetentionDays    int      `json:"days"`
	TagMarks            string   `json:"tags,omitempty"`
	Untagged            string   `json:"untagged,omitempty"` // marks of tags that are being removed
	Architecture        string   `json:"arch"`
	Clusters            []string `json:"clusters,omitempty"`
	Redeploy            string   `json:"redeploy"`
	Cooldown            int      `json:"cooldown"` // seconds
	CodeSHA256          string   `json:"code"`     // as Lambda's CodeSha256

	// Omitted if they have their defaults, as in the records of versions that did not know them.
	Subnets        []string `json:"subnets,omitempty"`
	SecurityGroups []string `json:"groups,omitempty"`
	Boundary       string   `json:"boundary,omitempty"`
	KMSKey         string   `json:"kms,omitempty"`
	OnFailure      string   `json:"failure,omitempty"`
	Tracing        string   `json:"tracing,omitempty"`
	Metrics        bool     `json:"metrics,omitempty"`

	// Written holds hashes of what was written from the settings. It comes last, and is omitted if there is
	// no room for it.
	Written string `json:"written,omitempty"`
}

// NewRecord returns the record of a Spec, the binary's version, and the code as Lambda's CodeSha256.
func NewRecord(spec Spec, version, codeSHA256 string) Record {
	record := Record{
		Version:             version,
		FunctionName:        spec.FunctionName,
		RuleName:            spec.RuleName,
		RuleState:           spec.RuleState,
		MemorySize:          spec.MemorySize,
		Timeout:             spec.Timeout,
		ReservedConcurrency: spec.ReservedConcurrency,
		LogLevel:            spec.LogLevel,
		LogRetentionDays:    spec.LogRetentionDays,
		TagMarks:            MarkTags(spec.Tags),
		Untagged:            MarkTags(spec.Dropped),
		Architecture:        spec.Architecture,
		Clusters:            spec.Clusters,
		Redeploy:            string(spec.Redeploy),
		Cooldown:            int(spec.Cooldown / time.Second),
		CodeSHA256:          codeSHA256,
		Subnets:             spec.Subnets,
		SecurityGroups:      spec.SecurityGroups,
		Boundary:            spec.Boundary,
		KMSKey:              spec.KMSKey,
		OnFailure:           spec.OnFailure,
	}
	record.Metrics = spec.Metrics
	if spec.Tracing != TracingPassThrough {
		record.Tracing = spec.Tracing
	}
	return record
}

// Spec returns the recorded Spec without the tags and the role's path, which are read from the resources.
func (r Record) Spec(prefix string) Spec {
	return Spec{
		Prefix:              prefix,
		FunctionName:        r.FunctionName,
		RuleName:            r.RuleName,
		RolePath:            DefaultRolePath, // the role itself shows a different one
		RuleState:           r.RuleState,
		MemorySize:          r.MemorySize,
		Timeout:             r.Timeout,
		ReservedConcurrency: r.ReservedConcurrency,
		LogLevel:            r.LogLevel,
		LogRetentionDays:    r.LogRetentionDays,
		Architecture:        r.Architecture,
		Clusters:            r.Clusters,
		Redeploy:            handler.Mode(r.Redeploy),
		Cooldown:            time.Duration(r.Cooldown) * time.Second,
		Subnets:             r.Subnets,
		SecurityGroups:      r.SecurityGroups,
		Boundary:            r.Boundary,
		KMSKey:              r.KMSKey,
		OnFailure:           r.OnFailure,
		Tracing:             cmp.Or(r.Tracing, TracingPassThrough),
		Metrics:             r.Metrics,
	}
}

// Valid reports whether this version accepts every recorded setting: a newer version, or an out-of-band
// change, may have written others.
func (r Record) Valid() bool {
	spec, scratch := r.Spec(""), Defaults("")
	return !slices.ContainsFunc(All(), func(setting Setting) bool {
		return setting.Name != "tag" && setting.Set(&scratch, "", setting.texts(spec)) != nil
	})
}

// Encode returns the role's description: JSON in ASCII, since IAM accepts only Latin-1.
func (r Record) Encode() (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return "", fmt.Errorf("encoding the record: %w", err)
	}
	text := strings.TrimSpace(out.String())
	if len(text) > MaxRecord {
		return "", apperr.Invalid("--cluster all, or fewer or shorter --cluster, --tag and --vpc-subnet values",
			"the settings need %d characters, the record in the role's description holds %d", len(text), MaxRecord)
	}
	return text, nil
}

// WithoutWritten returns the role's description as encoded before its hashes were added.
func WithoutWritten(description string) string {
	return regexp.MustCompile(`,"written":"[^"]*"}$`).ReplaceAllString(description, "}")
}

// ParseRecord parses a role's description. It returns nil if there is no record, as after an out-of-band
// change, or if AWS would reject the recorded names. Fields that a newer version added are ignored.
func ParseRecord(description string) *Record {
	var record Record
	if err := json.Unmarshal([]byte(description), &record); err != nil {
		return nil
	}
	if record.Version == "" || record.FunctionName == "" || record.RuleName == "" {
		return nil
	}
	if !record.Fits("") {
		return nil
	}
	return &record
}

// Fits reports whether AWS accepts the recorded names with this prefix.
func (r Record) Fits(prefix string) bool {
	return CheckNames("", prefix, r.FunctionName, r.RuleName) == nil
}
