package term

import "strings"

// Hint returns the lines of a hint. A sentence is wrapped. A command, optionally followed by three spaces and a description,
// can be pasted: if it is too long for the terminal, its lines end with the backslash that continues them in a shell.
func (s Style) Hint(hint string, command bool) Text { return s.HintAt("  ", hint, command) }

// HintAt is like Hint, with the given indent.
func (s Style) HintAt(indent, hint string, command bool) Text {
	room := len(indent) + 2 // the glyph and a space
	hint = s.Plain(hint)
	switch {
	case !command:
		return s.behind(indent, Next, " ", s.Wrap(hint, s.Width-room))
	case !s.TTY || Width(hint) <= s.Width-room:
		return s.behind(indent, Next, " ", []string{hint})
	}
	typed, meaning, _ := strings.Cut(hint, "   ")
	lines := s.continued(typed, s.Width-room)
	for _, line := range s.Wrap(meaning, s.Width-room-4) {
		lines = append(lines, "    "+line)
	}
	return s.behind(indent, Next, " ", lines)
}

// continued breaks a command between words into lines that a backslash continues.
func (s Style) continued(command string, width int) []string {
	const indent, more = "  ", ` \`
	var lines []string
	for _, word := range words(command) {
		last := len(lines) - 1
		switch {
		case last < 0:
			lines = append(lines, word)
		case Width(lines[last]+" "+word+more) <= width:
			lines[last] += " " + word
		default:
			lines[last] += more
			lines = append(lines, indent+word)
		}
	}
	return lines
}

// words splits a command into words, keeping flags with their values and not splitting quoted text.
func words(command string) []string {
	var found []string
	quoted := false
	for word := range strings.SplitSeq(command, " ") {
		last := len(found) - 1
		if last >= 0 && (quoted || isFlag(found[last]) && !strings.HasPrefix(word, "-")) {
			found[last] += " " + word
		} else {
			found = append(found, word)
		}
		quoted = quoted != (strings.Count(word, "'")%2 == 1)
	}
	return found
}

// isFlag reports whether a word is a flag that may be followed by its value.
func isFlag(word string) bool {
	return strings.HasPrefix(word, "--") && !strings.ContainsAny(word, "= ")
}
