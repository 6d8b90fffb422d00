package term

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/fatih/color"
)

// Style is how a stream looks: one vocabulary, in which a symbol has one meaning and its colour goes with it.
type Style struct {
	TTY     bool // a person reads it: long names are shortened to fit
	Colored bool
	ASCII   bool // the terminal does not show our glyphs
	Dumb    bool // it cannot be repainted
	Width   int  // columns
	Height  int  // lines; 0 where it is not known
}

// NewStyle returns the style of a stream in this environment. NO_COLOR, TERM=dumb and CLICOLOR_FORCE are honoured, in
// this order, and the locale says whether there is UTF-8.
func NewStyle(getenv func(string) string, tty bool, width int) Style {
	forced := getenv("CLICOLOR_FORCE") // of a log that shows colours: https://bixense.com/clicolors
	return Style{
		TTY:     tty,
		Colored: (tty || forced != "" && forced != "0") && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb",
		Dumb:    getenv("TERM") == "dumb",
		ASCII:   !isUTF8(getenv),
		Width:   width,
	}
}

// isUTF8 reports what the locale's variables say, in their order of precedence. Where none is set, as in
// most CI, UTF-8 is assumed.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToUpper(getenv(name)); locale != "" {
			return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
		}
	}
	return true
}

// Text is harmless text, perhaps in colour. Only this package makes it, so that what is printed is either
// escaped or our own.
type Text struct{ s string }

// String returns the text as it goes to the terminal.
func (t Text) String() string { return t.s }

// Glyph is a symbol of the vocabulary.
type Glyph int

// The vocabulary.
const (
	OK        Glyph = iota // done, fine
	Failed                 // failed, broken
	Attention              // attention
	Quiet                  // skipped, unchanged, not checked
	Working                // under way, on a terminal only
	Add                    // a plan creates it
	Change                 // a plan updates it
	Remove                 // a plan deletes it
	Arrow                  // old to new
	Next                   // do this next
	Question               // a question
)

// Glyph returns a symbol in its colour.
func (s Style) Glyph(g Glyph) Text {
	table := map[Glyph]struct {
		sign, ascii string
		color       color.Attribute
	}{
		OK:        {"✓", "ok", color.FgGreen},
		Failed:    {"✗", "FAIL", color.FgRed},
		Attention: {"!", "!", color.FgYellow},
		Quiet:     {"·", ".", color.Faint},
		Working:   {"◐", "*", color.FgCyan},
		Add:       {"+", "+", color.FgGreen},
		Change:    {"~", "~", color.FgYellow},
		Remove:    {"-", "-", color.FgRed},
		Arrow:     {"→", "->", color.Faint},
		Next:      {"›", ">", color.FgCyan},
		Question:  {"?", "?", color.Bold},
	}
	entry := table[g]
	if s.ASCII {
		return s.paint(entry.color, entry.ascii)
	}
	return s.paint(entry.color, entry.sign)
}

func (s Style) paint(attribute color.Attribute, text string) Text {
	text = s.Plain(text)
	if !s.Colored || text == "" {
		return Text{text}
	}
	c := color.New(attribute)
	c.EnableColor()
	return Text{c.Sprint(text)}
}

// Bold returns a text as names are shown.
func (s Style) Bold(text string) Text { return s.paint(color.Bold, text) }

// Dim returns a text as times, counts and headers are shown.
func (s Style) Dim(text string) Text { return s.paint(color.Faint, text) }

// Green returns a text as a good verdict is shown.
func (s Style) Green(text string) Text { return s.paint(color.FgGreen, text) }

// Red returns a text as a bad verdict is shown.
func (s Style) Red(text string) Text { return s.paint(color.FgRed, text) }

// Yellow returns a text as a verdict is shown that asks for attention.
func (s Style) Yellow(text string) Text { return s.paint(color.FgYellow, text) }

// Plain returns a text escaped, with our typographic signs replaced where the terminal cannot show them.
func (s Style) Plain(text string) string {
	return s.signs(Escape(text))
}

func (s Style) signs(text string) string {
	if !s.ASCII {
		return text
	}
	return strings.NewReplacer("·", "-", "→", "->", "…", "...", "›", ">", "─", "-").Replace(text)
}

// Textf formats like fmt.Sprintf. An argument that is neither a Text nor a number is escaped; the format is
// ours, and a constant.
func (s Style) Textf(format string, args ...any) Text {
	return Text{fmt.Sprintf(s.signs(format), s.harmless(args)...)}
}

// harmless escapes every argument that could hold a text from elsewhere.
func (s Style) harmless(args []any) []any {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch text, ours := arg.(Text); {
		case ours:
			safe[i] = text.s
		case isNumber(arg):
			safe[i] = arg
		default:
			safe[i] = s.Plain(fmt.Sprint(arg))
		}
	}
	return safe
}

func isNumber(arg any) bool {
	switch reflect.ValueOf(arg).Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		_, named := arg.(fmt.Stringer)
		return !named
	}
	return false
}

// Shorten cuts the middle out of a text that is longer than width columns, on a terminal. Elsewhere nobody
// could ask for the rest, and it stays whole.
func (s Style) Shorten(text string, width int) string {
	text = s.Plain(text)
	if Width(text) <= width || width < 8 || !s.TTY {
		return text
	}
	ellipsis := s.Plain("…")
	keep := width - Width(ellipsis)
	runes := []rune(text)
	begin, columns := 0, 0
	for ; columns+columnsOf(runes[begin]) <= (keep+1)/2; begin++ {
		columns += columnsOf(runes[begin])
	}
	end := len(runes)
	for ; columns+columnsOf(runes[end-1]) <= keep; end-- {
		columns += columnsOf(runes[end-1])
	}
	return string(runes[:begin]) + ellipsis + string(runes[end:])
}
