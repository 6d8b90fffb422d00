package doctor

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
)

// Every line of an installation fits the terminal, whatever its name.
func TestInstallationsWrapAtWords(t *testing.T) {
	var out bytes.Buffer
	st := term.Style{TTY: true, Width: 80}
	x := &installationResult{subject: doctor.InstallationSubject{Name: "production", Matches: aws.Bool(true), MayRedeploy: aws.Bool(true)}}
	e := textPrinter{&command.App{Out: term.NewPrinter(&out, st)}, &regionResult{regionFacts: &regionFacts{installations: []*installationResult{x}}}}
	e.printInstallations()
	for line := range strings.Lines(out.String()) {
		if term.Width(strings.TrimSuffix(line, "\n")) > st.Width {
			t.Errorf("too long: %q", line)
		}
	}
}
