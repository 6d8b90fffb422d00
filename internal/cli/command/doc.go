// Package command provides what all commands share. It does not depend on any command.
//
// A command embeds an [*App] in a small struct of its own. In the order in which it needs them, it finds
//
//	its flags            options in flags.go, and App.Given for settings           flags.go, configure.go
//	its targets          RunAndDeliver, or App.Targets and Planned for changes     runs.go, planned.go, targets.go
//	AWS                  App.Open returns a Connection with the clients            connection.go
//	a missing target     App.NotInstalled and its siblings                         not_installed.go, others.go
//	a question           App.Confirm                                               confirm.go
//	its text             App.Out and App.Err, App.Warn, App.PrintHeader            app.go, header.go
//	what to do next      App.Hints writes the command lines                        hints.go
//	its result           App.Deliver: JSON, Markdown and the result files          app.go, results.go
//	its exit code        nil, ErrDiffers, ErrNotInstalled or any other error       exit.go
//
// Errors need no printing: they are returned, and errors.go prints them. Only the program's root configures and finishes
// a run: App.Configure and App.Finish.
package command
