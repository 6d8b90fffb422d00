package term

import "strings"

// Hint returns what to do next, with its line breaks. Words are broken to fit. A command, which may be
// followed by three spaces and what it does, can be pasted as it stands: where it is too long for a terminal
// it goes on in the next line, as a shell reads it.
func (s Style) Hint(hint string, command bool) Text { return s.HintAt("  ", hint, command) }

// HintAt is Hint with another indent.
func (s Style) HintAt(indent, hint string, command bool) Text {
	room := len(indent) + 2 // and the sign and what is around it
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

// continued breaks a command between its words, with the backslash that tells a shell so.
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

// words are the words of a command, each flag with its value; what is quoted is not broken.
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

// isFlag reports whether a word is a flag that waits for its value.
func isFlag(word string) bool {
	return strings.HasPrefix(word, "--") && !strings.ContainsAny(word, "= ")
}
