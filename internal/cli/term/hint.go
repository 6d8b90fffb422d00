package term

import (
	"slices"
	"strings"
)

// Hint returns the lines of a hint. A sentence is wrapped. A command can be pasted: if it is too long for the terminal, its lines
// end with the backslash that continues them in a shell. What follows three spaces is a remark, and is shown as a comment.
func (s Style) Hint(hint string, command bool) Text { return s.HintAt("  ", hint, command) }

// HintAt is like Hint, with the given indent.
func (s Style) HintAt(indent, hint string, command bool) Text {
	room := len(indent) + 2 // the glyph and a space
	typed, gap, remark := cutRemark(s.Plain(hint))
	hint = typed
	if remark != "" {
		hint += gap + comment + remark
	}
	switch {
	case !command:
		return s.behind(indent, Next, " ", s.Wrap(hint, s.Width-room))
	case !s.TTY || Width(hint) <= s.Width-room:
		return s.behind(indent, Next, " ", []string{hint})
	}
	lines := Continue(typed, s.Width-room)
	for _, line := range s.Wrap(remark, s.Width-room-4-len(comment)) {
		lines = append(lines, "    "+comment+line)
	}
	return s.behind(indent, Next, " ", lines)
}

// comment begins a comment in a shell and in YAML.
const comment = "# "

// cutRemark splits a hint at the first three spaces that are not in single quotes, which may be in a quoted argument.
func cutRemark(hint string) (typed, gap, remark string) {
	quoted := false
	for i := range len(hint) {
		if hint[i] == '\'' {
			quoted = !quoted
		}
		if !quoted && strings.HasPrefix(hint[i:], "   ") {
			remark = strings.TrimLeft(hint[i:], " ")
			return hint[:i], hint[i : len(hint)-len(remark)], remark
		}
	}
	return hint, "", ""
}

// Continue breaks a command into lines of at most width columns that can be pasted as they are: a backslash continues each of
// them in a shell, except within a jq program, where a line break is a space. A longer word has its own line.
func Continue(command string, width int) []string {
	const indent = "  "
	if Width(command) <= width {
		return []string{command}
	}
	var lines []string
	for _, word := range short(words(command), width-len(indent)) {
		last := len(lines) - 1
		switch {
		case last < 0:
			lines = append(lines, word.text)
		case !strings.HasPrefix(word.text, and+" ") && Width(lines[last]+" "+word.text+more) <= width:
			lines[last] += " " + word.text
		case word.inProgram:
			lines = append(lines, indent+word.text)
		default:
			lines[last] += more
			lines = append(lines, indent+word.text)
		}
	}
	return lines
}

// more continues a command on the next line.
const more = ` \`

// and separates two commands, the second of which begins a line.
const and = "&&"

// word is a part of a command that is not broken.
type word struct {
	text      string
	inProgram bool // follows a space within a jq program
}

// words splits a command into words. It keeps flags with their values, operators and programs with what follows them, and
// quoted text together, except for a jq program.
func words(command string) []word {
	var found []word
	quoted := false
	for text := range strings.SplitSeq(command, " ") {
		last := len(found) - 1
		switch {
		case last >= 0 && quoted && isProgram(found[last]):
			found = append(found, word{text, true})
		case last >= 0 && (quoted || belongTogether(found[last].text, text)):
			found[last].text += " " + text
		default:
			found = append(found, word{text: text})
		}
		quoted = quoted != (strings.Count(text, "'")%2 == 1)
	}
	return found
}

// short returns words in which a flag is parted from its value if they are longer than width together, and the value alone is not.
func short(all []word, width int) []word {
	var found []word
	for i, each := range all {
		room := width
		if i < len(all)-1 {
			room -= len(more)
		}
		if flag, value, _ := strings.Cut(each.text, " "); isFlag(flag) && Width(each.text) > room && Width(value) <= room {
			found = append(found, word{text: flag}, word{text: value})
			continue
		}
		found = append(found, each)
	}
	return found
}

// isProgram reports whether a word is a part of a jq program, if it is in quotes.
func isProgram(w word) bool { return w.inProgram || strings.Contains(" "+w.text, " jq '") }

// belongTogether reports whether a text remains on the line of the words before it.
func belongTogether(before, text string) bool {
	all := strings.Split(before, " ")
	last := all[len(all)-1]
	switch {
	case isOperator(text):
		return false
	case isOperator(last), slices.Contains([]string{"jq", "aws", "spothandler"}, last):
		return true
	case len(all) > 1 && all[len(all)-2] == "aws": // the service, before its action
		return true
	case strings.HasPrefix(last, "$("): // a program, in a command substitution
		return true
	}
	return isFlag(last) && !strings.HasPrefix(text, "-")
}

// isOperator reports whether a text is an operator of the shell.
func isOperator(text string) bool { return slices.Contains([]string{"|", "<", ">", ">>", and}, text) }

// isFlag reports whether a word is a flag that may be followed by its value.
func isFlag(word string) bool {
	return strings.HasPrefix(word, "--") && !strings.ContainsAny(word, "=")
}
