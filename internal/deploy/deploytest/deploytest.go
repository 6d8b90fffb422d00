// Package deploytest has what the tests of the packages of deploy share. It imports neither deploy nor resource, so that
// their own tests can use it.
package deploytest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/session"
)

// Run runs a test with an AWS in memory, in a bubble of virtual time, so that waits cost nothing.
func Run(t *testing.T, options localaws.Options, test func(t *testing.T, server *localaws.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := localaws.New(options)
		defer func() {
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(t, server)
	})
}

// Identity returns a caller in the account of Run.
func Identity() session.Identity {
	return session.Identity{Partition: "aws", Account: "111122223333", Region: "us-east-1", Caller: "arn:aws:sts::111122223333:assumed-role/dev/ana"}
}

// Given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func Given(words ...string) settings.Given {
	asked := settings.Given{}
	for i := 0; i < len(words); i += 2 {
		name := words[i]
		asked[name] = settings.Value{Texts: append(asked[name].Texts, words[i+1]), Source: "--" + name}
	}
	return asked
}

// Printed returns a plan, a []resource.Change, in readable form: "update function; timeout 60 -> 3". It reads the JSON
// form of the plan.
func Printed(plan any) []string {
	text, err := json.Marshal(plan)
	var changes []struct {
		Action, Resource string
		Fields           []struct{ Path, Old, New string }
	}
	if err := errors.Join(err, json.Unmarshal(text, &changes)); err != nil {
		panic(err) // it is no plan
	}
	lines := make([]string, 0, len(changes))
	for _, change := range changes {
		line := change.Action + " " + strings.ReplaceAll(change.Resource, "_", " ")
		for _, field := range change.Fields {
			if change.Action == "update" {
				line += "; " + field.Path + " " + field.Old + " -> " + field.New
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// SameLines checks that the lines are those that are wanted.
func SameLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%q\nwant\n\t%q", got, want)
	}
}

// Zip returns an archive with one file, and its hash as Lambda's CodeSha256.
func Zip(t *testing.T, name, content string) (archive []byte, codeSHA256 string) {
	t.Helper()
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	file, err := writer.Create(name)
	if err == nil {
		_, err = file.Write([]byte(content))
	}
	if err := errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), base64.StdEncoding.EncodeToString(sum[:])
}
