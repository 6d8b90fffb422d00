package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// isShell reports whether a command is a shell with a script that neither uses exec nor traps the signal.
// bash replaces itself with a single command; which shell sh is cannot be told from here.
func isShell(command []string) bool {
	shell := path.Base(command[0])
	if !slices.Contains([]string{"sh", "bash", "ash", "dash"}, shell) {
		return false
	}
	script, found := scriptOf(command[1:])
	return found && !handsOver(script) && (shell != "bash" || strings.ContainsAny(script, ";&|\n`(){}"))
}

// scriptOf returns the script that a shell is given with -c, the first argument that is no option (POSIX, sh).
// found is false if it reads a file or its standard input instead.
func scriptOf(arguments []string) (script string, found bool) {
	for i := 0; i < len(arguments); i++ {
		word := arguments[i]
		switch {
		case word == "--" || word == "-":
			return strings.Join(arguments[i+1:min(i+2, len(arguments))], ""), found
		case slices.Contains([]string{"--rcfile", "--init-file"}, word):
			i++
		case strings.HasPrefix(word, "--"):
		case strings.HasPrefix(word, "-"), strings.HasPrefix(word, "+"):
			found = found || word[0] == '-' && strings.Contains(word, "c")
			i += strings.Count(word, "o") + strings.Count(word, "O") // the name of an option, such as pipefail
		default:
			return word, found
		}
	}
	return "", found
}

// handsOver reports whether a script replaces itself with the program, or handles the signal. An exec with nothing
// but redirections only redirects the shell's own files.
func handsOver(script string) bool {
	script = regexp.MustCompile(`(\d*|&)(<<<|<>|>>|>\||[<>])&?[ \t]*[^\s;&|()]+`).ReplaceAllString(script, "")
	return regexp.MustCompile(`(^|[\s;&|({])(exec[ \t]+[^\s;&|)}#]|trap\s)`).MatchString(script)
}
