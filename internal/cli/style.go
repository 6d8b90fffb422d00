package cli

import (
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// style is one vocabulary: a symbol has one meaning, and its colour goes with it.
type style struct {
	colored bool
	ascii   bool
	width   int
}

func newStyle(s Streams, tty bool) style {
	return style{
		colored: tty && s.getenv("NO_COLOR") == "" && s.getenv("TERM") != "dumb",
		ascii:   !s.utf8(),
		width:   s.width,
	}
}

// glyph is a symbol of the vocabulary.
type glyph int

const (
	glyphOK glyph = iota
	glyphFailed
	glyphAttention
	glyphQuiet
	glyphWorking
	glyphAdd
	glyphChange
	glyphRemove
	glyphArrow
	glyphNext
	glyphAsk
)

func (s style) glyph(g glyph) string {
	table := map[glyph]struct {
		sign, ascii string
		color       color.Attribute
	}{
		glyphOK:        {"✓", "ok", color.FgGreen},
		glyphFailed:    {"✗", "FAIL", color.FgRed},
		glyphAttention: {"!", "!", color.FgYellow},
		glyphQuiet:     {"·", ".", color.Faint},
		glyphWorking:   {"◐", "*", color.FgCyan},
		glyphAdd:       {"+", "+", color.FgGreen},
		glyphChange:    {"~", "~", color.FgYellow},
		glyphRemove:    {"-", "-", color.FgRed},
		glyphArrow:     {"→", "->", color.Faint},
		glyphNext:      {"›", ">", color.FgCyan},
		glyphAsk:       {"?", "?", color.Bold},
	}
	entry := table[g]
	if s.ascii {
		return s.paint(entry.color, entry.ascii)
	}
	return s.paint(entry.color, entry.sign)
}

func (s style) paint(attribute color.Attribute, text string) string {
	if !s.colored || text == "" {
		return text
	}
	c := color.New(attribute)
	c.EnableColor()
	return c.Sprint(text)
}

func (s style) bold(text string) string  { return s.paint(color.Bold, text) }
func (s style) dim(text string) string   { return s.paint(color.Faint, text) }
func (s style) green(text string) string { return s.paint(color.FgGreen, text) }
func (s style) red(text string) string   { return s.paint(color.FgRed, text) }

// plain replaces our typographic signs where the terminal cannot show them.
func (s style) plain(text string) string {
	if !s.ascii {
		return text
	}
	return strings.NewReplacer("·", "-", "→", "->", "…", "...", "›", ">").Replace(text)
}

// shorten cuts the middle out of a text that is longer than width columns.
func (s style) shorten(text string, width int) string {
	length := utf8.RuneCountInString(text)
	if length <= width || width < 8 {
		return text
	}
	ellipsis := s.plain("…")
	keep := width - utf8.RuneCountInString(ellipsis)
	runes := []rune(text)
	return string(runes[:(keep+1)/2]) + ellipsis + string(runes[length-keep/2:])
}

// wrap breaks a text at its spaces into lines of at most width columns; a longer word has its own.
func (s style) wrap(text string, width int) []string {
	return flow(strings.Fields(s.plain(text)), " ", width)
}

// flow fills lines of at most width columns with parts, none of them broken.
func flow(parts []string, between string, width int) []string {
	var lines []string
	for _, part := range parts {
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last]+between+part) <= width {
			lines[last] += between + part
			continue
		}
		lines = append(lines, part)
	}
	return lines
}

// note is a text behind the sign of attention, broken to fit.
func (s style) note(indent, gap, text string) string {
	return s.behind(indent, glyphAttention, gap, s.wrap(text, s.width-len(indent)-1-len(gap)))
}

// behind are lines behind a sign, which all but the first are indented for.
func (s style) behind(indent string, sign glyph, gap string, lines []string) string {
	hang := strings.Repeat(" ", len(indent)+1+len(gap))
	return indent + s.glyph(sign) + gap + strings.Join(lines, "\n"+hang) + "\n"
}

// pad fills a text with spaces up to width columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

const kindWidth = 12

// row is a line of a table: glyph, kind, name, and what stands at the right edge.
func (s style) row(g glyph, kind, name, right string) string {
	right = s.plain(right)
	sign := s.glyph(g)
	room := s.width - 4 - kindWidth - 1
	if s.ascii {
		room -= 3
	}
	if right != "" {
		room -= utf8.RuneCountInString(right) + 1
	}
	name = s.shorten(s.plain(name), room)
	line := "  " + sign + s.gap(g) + pad(kind, kindWidth) + s.bold(name)
	if right == "" {
		return line
	}
	return line + strings.Repeat(" ", max(1, room+1-utf8.RuneCountInString(name))) + s.dim(right)
}

// gap keeps the columns straight: the ASCII glyphs are of several lengths.
func (s style) gap(g glyph) string {
	if !s.ascii {
		return " "
	}
	bare := style{ascii: true}
	return strings.Repeat(" ", 5-len(bare.glyph(g)))
}
