// Package show prints what commands found or did, for people: it is given the results and a printer, makes no call and
// knows no command.
package show
