package command

import (
	"errors"

	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// App is the state of one run of the program. Where a command works on several targets, each target has its own copy,
// which differs in its scope and its printers.
type App struct {
	Streams
	Out, Err *term.Printer // print on Stdout and Stderr
	Version  string        // of this binary
	args     []string      // as typed, without the program name

	options
	Sources       input.Sources             // where the flags' values come from
	Installations []*ConfiguredInstallation // the installations in the file of --config, if it holds several
	chosen        *chosenRegions            // set by ChooseRegions
	scope

	command        string // name of the command
	ErrorsInResult bool   // the command includes its errors in its JSON result
	readOnly       bool   // the command never changes anything
	noProgress     bool   // do not show the progress of targets

	aws    *awsSource
	limits *limits
}

// scope is what one copy of the App works on.
type scope struct {
	Region   string // to work in; "" selects the one of the AWS configuration
	Prefix   string // of the installation
	RolePath string // searched for roles in addition to the default path

	Installation *ConfiguredInstallation // in the file of --config; nil if the file does not hold several
	OneOfSeveral bool                    // the copy works on one of several targets, concurrently with the others
	target       string                  // name of that target

	RegionInUse string // "" until it is known
	Account     string // of the credentials; "" until it is known
}

// ConfiguredInstallation is one of several installations in a configuration file.
type ConfiguredInstallation struct {
	settings.Installation
	app   *App           // with this installation's Region, credentials and value origins
	Given settings.Given // its settings that the command accepts, overridden by those typed
}

// chosenRegions are the Regions of an account that a command works in.
type chosenRegions struct {
	regions []string
	id      session.Identity
}

// New returns an App for the given streams, the command-line arguments without the program name, and the version of the
// binary.
func New(s Streams, args []string, version string) *App {
	a := &App{Streams: s, args: args, Version: version, Sources: input.Sources{Environ: s.Environ, Origins: map[string]string{}}, limits: &limits{logs: map[[2]string]*rate.Limiter{}}}
	a.Out, a.Err = s.printers()
	a.aws = &awsSource{userTerminal: &userTerminal{canAsk: s.StdinTTY, in: s.Stdin, err: a.Err}}
	return a
}

// RegionSuffix returns the Region as a suffix for messages, such as " in eu-west-1", if the command works on several
// targets, and "" otherwise.
func (s scope) RegionSuffix() string {
	if !s.OneOfSeveral {
		return ""
	}
	return " in " + s.Region
}

// TargetSuffix returns the target as a suffix for messages, such as " prod in eu-west-1", if the command works on several
// targets, and "" otherwise.
func (s scope) TargetSuffix() string {
	if s.OneOfSeveral && s.target != s.Region {
		return " " + s.target
	}
	return s.RegionSuffix()
}

// Deliver prints the result of a command if the output format is JSON or Markdown, and appends it to the files of
// --summary-file and --outputs-file. Commands print text themselves, before they call Deliver.
func (a *App) Deliver(result any) error {
	var err error
	known, hasMarkdown := result.(markdownPrinter)
	switch {
	case a.JSON():
		err = a.Out.JSON(result)
	case a.Output == "markdown" && hasMarkdown:
		known.PrintMarkdown(a.Out)
	}
	return errors.Join(err, a.files.add(result))
}

// Warn prints warnings on stderr.
func (a *App) Warn(texts ...string) {
	st := a.Err.Style
	for _, text := range texts {
		a.Err.Print(st.Note("", text))
	}
}
