// Package input reads what a command is given: flags, environment variables and the configuration file, times, resources
// and files that flags name. It knows no command, prints only help, and makes no call.
package input
