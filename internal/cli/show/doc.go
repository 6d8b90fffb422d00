// Package show prints results as text and Markdown. It makes no AWS calls and does not depend on any command.
package show
