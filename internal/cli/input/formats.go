package input

import (
	"strings"

	"github.com/spf13/cobra"
)

// MoreFormats is the annotation of a command that prints in other formats as well, separated by ", ".
const MoreFormats = "more formats"

// FormatsOf returns the output formats of a command.
func FormatsOf(cmd *cobra.Command) []string {
	formats := []string{"text", "json"}
	if more := cmd.Annotations[MoreFormats]; more != "" {
		formats = append(formats, strings.Split(more, ", ")...)
	}
	return formats
}
