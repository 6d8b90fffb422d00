package lambda

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// function is a Lambda function with $LATEST as its only version.
type function struct {
	service  *Service
	conf     configuration
	code     []byte // the zip as uploaded
	tags     api.Tags
	policy   resourcePolicy
	reserved *int // concurrency; nil: unreserved
	async    *asyncConfig
	url      *functionURL // nil: none
	signing  string       // the ARN of its code signing configuration
	roleID   string       // the role that may decrypt the environment: that of the last written configuration

	seenFrom, activeAt, updatedAt, goneAt time.Time
	settled                               bool // Pending is over, and the revision has changed

	idle    []*cell
	epoch   int // incremented when running sandboxes become outdated
	running int // executions in progress
}

func newFunction(s *Service, name string) *function {
	f := &function{service: s}
	f.conf = configuration{
		FunctionName: name, FunctionArn: s.region.ARN("lambda", "function:"+name), Version: "$LATEST", PackageType: "Zip",
		Architectures: []string{"x86_64"},
		Timeout:       3, MemorySize: 128, TracingConfig: tracingConfig{"PassThrough"}, EphemeralStorage: ephemeralStorage{512},
		LoggingConfig: loggingConfig{LogFormat: "Text", LogGroup: "/aws/lambda/" + name}, SnapStart: snapStart{"None", "Off"},
	}
	f.touch()
	return f
}

// touch gives the function a new revision.
func (f *function) touch() {
	f.conf.RevisionID, f.conf.LastModified = api.NewID(), time.Now().UTC().Format("2006-01-02T15:04:05.000+0000")
}

// gone reports whether the deletion is complete.
func (f *function) gone() bool { return !f.goneAt.IsZero() && !time.Now().Before(f.goneAt) }

// view returns the current configuration.
func (f *function) view() configuration {
	now := time.Now()
	if !f.settled && !now.Before(f.activeAt) {
		f.settled = true
		f.conf.RevisionID = api.NewID()
	}
	conf := f.conf
	switch {
	case !f.goneAt.IsZero():
		conf.State = "Deleting"
	case !f.settled:
		conf.State, conf.StateReason, conf.StateReasonCode = "Pending", "The function is being created.", "Creating"
	case now.Before(f.updatedAt):
		conf.State, conf.LastUpdateStatus = "Active", "InProgress"
		conf.LastUpdateStatusReason, conf.LastUpdateStatusReasonCode = "The function is being created.", "Creating"
	default:
		conf.State, conf.LastUpdateStatus = "Active", "Successful"
	}
	return conf
}

// updated starts an update that takes d.
func (f *function) updated(d time.Duration) {
	f.updatedAt = time.Now().Add(d)
	f.touch()
	f.discard()
}

// discard ends all idle sandboxes now, and the others after their executions, because the function has
// changed or was deleted. The lock must be held.
func (f *function) discard() {
	f.epoch++
	for _, box := range f.idle {
		box.end()
	}
	f.idle = nil
}

// zipLimit is the maximum size of the code in bytes.
const zipLimit = 52428800

// setCode sets the zip, and the architecture if one is given.
func (f *function) setCode(code []byte, architectures []string) error {
	if len(code) > zipLimit {
		return api.Refuse("RequestEntityTooLargeException", "Zipped size must be smaller than %d bytes", zipLimit)
	}
	if _, err := zip.NewReader(bytes.NewReader(code), int64(len(code))); err != nil {
		return invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	sum := sha256.Sum256(code)
	f.code, f.conf.CodeSize, f.conf.CodeSha256 = code, len(code), base64.StdEncoding.EncodeToString(sum[:])
	if len(architectures) > 0 {
		f.conf.Architectures = architectures
	}
	return nil
}
