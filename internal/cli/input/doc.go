// Package input reads the input of commands: flags, environment variables, the configuration file, and the times, resources
// and files that flags name. It does not depend on any command, prints only help, and makes no AWS calls.
package input
