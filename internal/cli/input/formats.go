package input

import (
	"strings"

	"github.com/spf13/cobra"
)

// MoreFormats is the annotation that lists the additional output formats of a command, separated by ", ".
const MoreFormats = "more formats"

// FormatsOf returns the output formats of a command.
func FormatsOf(cmd *cobra.Command) []string {
	formats := []string{"text", "json"}
	if more := cmd.Annotations[MoreFormats]; more != "" {
		formats = append(formats, strings.Split(more, ", ")...)
	}
	return formats
}
