// Package config implements the commands config check and config init. They change nothing in an account, and depend on no
// other command.
package config
