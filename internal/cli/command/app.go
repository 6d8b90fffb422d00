package command

import (
	"errors"

	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// App is the program at work on one command, or on its part at one of several targets, which has a copy of its own.
type App struct {
	Streams
	Out, Err *term.Printer // print on Stdout and Stderr
	Version  string        // of this binary
	args     []string      // as typed, without the program's name

	options
	Sources input.Sources // where the flags' values come from

	Region   string // to work in; "" is the configuration's
	Prefix   string // of the installation that the command is about
	RolePath string // where roles are looked for beside the default path

	Installations []*ConfiguredInstallation // the installations of --config, where it holds several
	Installation  *ConfiguredInstallation   // the one of them that this copy is about
	OneOfSeveral  bool                      // this copy is about one of several targets, side by side
	target        string                    // its name among them
	chosen        *chosenRegions            // the Regions that the command has chosen by itself

	ErrorsInAnswer bool // the command puts its errors into its own answer in JSON
	readOnly       bool // the command changes nothing, whatever happens
	noProgress     bool // nobody sees how far it is with its targets

	RegionInUse string // once it is known
	Account     string // of the credentials, once it is known
	aws         *awsSource
	limits      *limits
}

// New returns the program with the arguments that were typed, without its own name, and the version of its binary.
func New(s Streams, args []string, version string) *App {
	a := &App{Streams: s, args: args, Version: version, Sources: input.Sources{Environ: s.Environ, Origins: map[string]string{}}, limits: &limits{logs: map[[2]string]*rate.Limiter{}}}
	a.Out, a.Err = s.printers()
	a.aws = &awsSource{userTerminal: &userTerminal{canAsk: s.StdinTTY, in: s.Stdin, err: a.Err}}
	return a
}

// ConfiguredInstallation is one of the installations of a file, and the command as it is there.
type ConfiguredInstallation struct {
	settings.Installation
	app   *App           // with the address, the credentials and the sources of the values
	Given settings.Given // its settings, those of the command line on top, as far as the command takes them
}

// ChooseRegions has the command work in these regions of an account, and look for no others.
func (a *App) ChooseRegions(regions []string, id session.Identity) {
	a.chosen = &chosenRegions{regions, id}
}

// chosenRegions is in which regions of an account a command works.
type chosenRegions struct {
	regions []string
	id      session.Identity
}

// Deliver prints the answer of a command as JSON or Markdown, where that was asked for, and appends it to the files for a
// pipeline. Text was printed before.
func (a *App) Deliver(answer any) error {
	var err error
	known, hasMarkdown := answer.(markdownPrinter)
	switch {
	case a.JSON():
		err = a.Out.JSON(answer)
	case a.Output == "markdown" && hasMarkdown:
		known.PrintMarkdown(a.Out)
	}
	return errors.Join(err, a.files.add(answer))
}
