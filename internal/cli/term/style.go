package term

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/fatih/color"
)

// Style is the appearance of a stream. Each symbol has one meaning and one color.
type Style struct {
	TTY     bool // a terminal: long names are shortened to fit
	Colored bool
	ASCII   bool // the terminal cannot show the glyphs
	Dumb    bool // the terminal cannot be repainted
	Width   int  // columns
	Height  int  // lines; 0 if unknown
}

// NewStyle returns the style of a stream. It honors NO_COLOR, TERM=dumb and CLICOLOR_FORCE, in this order, and uses ASCII if
// the locale's encoding is not UTF-8.
func NewStyle(getenv func(string) string, tty bool, width int) Style {
	forced := getenv("CLICOLOR_FORCE") // for logs that show colors: https://bixense.com/clicolors
	return Style{
		TTY:     tty,
		Colored: (tty || forced != "" && forced != "0") && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb",
		Dumb:    getenv("TERM") == "dumb",
		ASCII:   !isUTF8(getenv),
		Width:   width,
	}
}

// isUTF8 reports whether the locale's encoding is UTF-8, according to its variables in order of precedence. It assumes UTF-8
// if none is set, as in most CI environments.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToUpper(getenv(name)); locale != "" {
			return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
		}
	}
	return true
}

// Text is escaped text, possibly with color. Only this package creates it, so that everything printed is either escaped or
// trusted.
type Text struct{ s string }

// String returns the text as written to the terminal.
func (t Text) String() string { return t.s }

// Glyph is a symbol.
type Glyph int

// The symbols.
const (
	OK        Glyph = iota // success, healthy
	Failed                 // failure, problem
	Attention              // warning
	Quiet                  // skipped, unchanged, not checked
	Working                // in progress, only on a terminal
	Add                    // to be created
	Change                 // to be updated
	Remove                 // to be deleted
	Arrow                  // from an old to a new value
	Next                   // hint
	Question               // question
)

// Glyph returns a symbol in its color.
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

// Bold returns a text in bold, for names.
func (s Style) Bold(text string) Text { return s.paint(color.Bold, text) }

// Dim returns a faint text, for times, counts and headers.
func (s Style) Dim(text string) Text { return s.paint(color.Faint, text) }

// Green returns a text in green, for success.
func (s Style) Green(text string) Text { return s.paint(color.FgGreen, text) }

// Red returns a text in red, for failure.
func (s Style) Red(text string) Text { return s.paint(color.FgRed, text) }

// Yellow returns a text in yellow, for warnings.
func (s Style) Yellow(text string) Text { return s.paint(color.FgYellow, text) }

// Unpainted returns a text without a color.
func (s Style) Unpainted(text string) Text { return Text{s.Plain(text)} }

// Plain returns an escaped text, with typographic characters replaced if the terminal cannot show them.
func (s Style) Plain(text string) string {
	return s.signs(Escape(text))
}

func (s Style) signs(text string) string {
	if !s.ASCII {
		return text
	}
	return strings.NewReplacer("·", "-", "→", "->", "…", "...", "›", ">", "─", "-").Replace(text)
}

// Textf formats like fmt.Sprintf. Arguments other than Text and numbers are escaped. The format must be a constant.
func (s Style) Textf(format string, args ...any) Text {
	return Text{fmt.Sprintf(s.signs(format), s.harmless(args)...)}
}

// harmless escapes every argument that could contain untrusted text.
func (s Style) harmless(args []any) []any {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch text, isText := arg.(Text); {
		case isText:
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

// Shorten replaces the middle of a text longer than width columns by an ellipsis, only on a terminal. In a log the text
// remains complete.
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
