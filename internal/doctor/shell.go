package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// isShell reports whether a command is a shell with a script that neither uses exec nor traps SIGTERM. bash replaces
// itself with a single command; which shell sh is depends on the image.
func isShell(command []string) bool {
	shell := path.Base(command[0])
	if !slices.Contains([]string{"sh", "bash", "ash", "dash"}, shell) {
		return false
	}
	script, found := scriptOf(command[1:])
	return found && !execs(script) && !traps(shell, script) && (shell != "bash" || strings.ContainsAny(script, ";&|\n`(){}"))
}

// scriptOf returns the script of a shell with -c, the first argument that is not an option (POSIX, sh). found is
// false if it reads a file or its standard input instead.
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

// execs reports whether a script replaces the shell with the program. An exec with only redirections changes the
// shell's own files.
func execs(script string) bool {
	script = regexp.MustCompile(`(\d*|&)(<<<|<>|>>|>\||[<>])&?[ \t]*[^\s;&|()]+`).ReplaceAllString(script, "")
	return regexp.MustCompile(`(^|[\s;&|({])exec[ \t]+[^\s;&|)}#]`).MatchString(script)
}

// traps reports whether a script runs its own action on SIGTERM. "-" resets the signal, and "" ignores it, also in
// the program.
func traps(shell, script string) bool {
	trap := regexp.MustCompile(`(?:^|[\s;&|({])trap[ \t]+(?:--[ \t]+)?((?:'[^']*'|"(?:[^"\\]|\\.)*"|[^\s;&|()'"])+)((?:[ \t]+\w+)+)`)
	for _, found := range trap.FindAllStringSubmatch(script, -1) {
		action, conditions := found[1], strings.Fields(strings.ToUpper(found[2]))
		if !slices.Contains([]string{"-", "''", `""`}, action) && slices.ContainsFunc(conditions, func(c string) bool { return slices.Contains(trapsOf(shell), c) }) {
			return true
		}
	}
	return false
}

// trapsOf returns the conditions for which a shell that is process 1 runs a trap when it receives SIGTERM. POSIX has
// TERM and 15; dash, which is sh on Debian, rejects SIGTERM ("bad trap"), and only bash runs the trap of EXIT.
func trapsOf(shell string) []string {
	conditions := []string{"TERM", "15"}
	switch shell {
	case "ash":
		return append(conditions, "SIGTERM")
	case "bash":
		return append(conditions, "SIGTERM", "EXIT", "0")
	}
	return conditions
}
