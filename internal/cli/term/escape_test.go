package term

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile is a text with all kinds of characters that control a terminal.
const hostile = "a\x1b[2J\x1b]0;title\x07\rb\nc\td\u009b31me\u202efg\u2066h\u200bi\x7fj\xffk\u2028l\U000e0041m\x00"

func TestEscape(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain text", "prod, größer → 日本", "prod, größer → 日本"},
		{"ESC", "1.0\x1b[32m", `1.0\x1b[32m`},
		{"a line of its own", "x\n✓ prod is healthy\r", `x\n✓ prod is healthy\r`},
		{"a tab", "a\tb", `a\tb`},
		{"C1, which some terminals take for ESC [", "a\u009b2J", `a\u009b2J`},
		{"C1 as a byte is no UTF-8", "a\x9b2J", `a\x9b2J`},
		{"right to left", "a\u202eb\u2066c\u200fd", `a\u202eb\u2066c\u200fd`},
		{"invisible", "a\u200bb\ufeffc\U000e0041d", `a\u200bb\ufeffc\U000e0041d`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"the replacement character itself", "a\ufffdb", "a\ufffdb"},
		{"backslashes and quotes are printable", `a\b"c`, `a\b"c`},
	} {
		if got := Escape(test.text); got != test.want {
			t.Errorf("%s: %q becomes %q, want %q", test.name, test.text, got, test.want)
		}
	}
}

// A text longer than any from AWS is truncated between two runes.
func TestEscapeBounds(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a", 1<<20), strings.Repeat("\x1b", 1<<20), strings.Repeat("é", 1<<20), "a" + strings.Repeat("日", 1<<20),
	} {
		got := Escape(text)
		if len(got) > longestText || !strings.HasSuffix(got, " [cut]") || !utf8.ValidString(got) {
			t.Errorf("%q... becomes %d bytes that end with %q", text[:8], len(got), got[len(got)-12:])
		}
		if Escape(got) != got {
			t.Errorf("%q... is cut again", text[:8])
		}
	}
	whole := strings.Repeat("a", longestText)
	if Escape(whole) != whole {
		t.Error("what fits is cut")
	}
}

func FuzzEscape(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, text string) {
		got := Escape(text)
		if strings.ContainsFunc(got, hidden) || !utf8.ValidString(got) || len(got) > longestText {
			t.Errorf("%q becomes %q", text, got)
		}
		if Escape(got) != got {
			t.Errorf("%q is escaped twice", got)
		}
	})
}

type named string

type spoken struct{}

func (spoken) String() string { return hostile }

// Every method of a printer escapes what is not a Text.
func TestPrinterEscapes(t *testing.T) {
	var out bytes.Buffer
	p := NewPrinter(&out, in(false, 80))
	p.Printf("%s %v %q %s %s %s %d\n", hostile, named(hostile), hostile, errors.New(hostile), spoken{}, []string{hostile}, 7)
	p.Println(p.Row(OK, hostile, hostile, hostile))
	p.Print(p.Note("", hostile), p.Verdict(hostile), p.Paragraph("  ", hostile), p.Item(Quiet, hostile), p.List("", " · ", []string{hostile, hostile}))
	p.Print(p.Hint(hostile, true), p.Hint(hostile, false), p.Bold(hostile), p.Dim(hostile), p.Red(hostile), p.Green(hostile))
	fmt.Fprintf(p.Lines(), "help\t%s\n", hostile)
	progress := p.Progress([]Step{{hostile, hostile}})
	progress.Begin(0)
	progress.Wait(0, hostile)
	progress.End(0, Failed, hostile, 0)
	progress.Stop()
	for line := range strings.SplitSeq(out.String(), "\n") {
		if plain := strings.ReplaceAll(line, "\t", ""); Escape(plain) != plain {
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(out.String(), `a\x1b[2J\x1b]0;title\a\rb`) {
		t.Errorf("what it was cannot be read: %s", out.String())
	}
}

// JSON preserves every character and prints only printable ones.
func TestJSONEscapes(t *testing.T) {
	var out bytes.Buffer
	if err := NewPrinter(&out, in(true, 80)).JSON(map[string]string{"text": hostile + "ü"}); err != nil {
		t.Fatal(err)
	}
	if text := strings.ReplaceAll(out.String(), "\n", ""); strings.ContainsFunc(text, hidden) {
		t.Errorf("%q", text)
	}
	var read map[string]string
	if err := json.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if want := strings.ToValidUTF8(hostile, "\ufffd") + "ü"; read["text"] != want {
		t.Errorf("%q, want %q", read["text"], want)
	}
}
