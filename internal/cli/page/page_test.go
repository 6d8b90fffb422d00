package page

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/history"
)

func written(t *testing.T, p Page) string {
	t.Helper()
	var out strings.Builder
	if err := Write(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Texts from events are shown and have no effect.
func TestHostileTexts(t *testing.T) {
	text := written(t, samples()["hostile"])
	if shown := "&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;{{.}}\\u202e\\x1b[31m\\x00"; strings.Count(text, shown) != 8 {
		t.Errorf("shown %d times", strings.Count(text, shown))
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); strings.ContainsFunc(line, func(r rune) bool { return !strconv.IsPrint(r) }) {
			t.Errorf("not printable: %q", line)
		}
	}
	if tags := regexp.MustCompile(`<(script|img|link|iframe|form)|\son[a-z]+=["']`).FindAllString(text, -1); len(tags) > 0 {
		t.Errorf("%q", tags)
	}
}

// The page is self-contained: its Content Security Policy allows only its own style sheet.
func TestSelfContained(t *testing.T) {
	for name, p := range samples() {
		text := written(t, p)
		if found := regexp.MustCompile(`(?i)https?:|url\(|@import|<script|\ssrc="|style="`).FindAllString(text, -1); len(found) > 0 {
			t.Errorf("%s: %q", name, found)
		}
		sheet := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(text)[1]
		sum := sha256.Sum256([]byte(sheet))
		if want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri"; !strings.Contains(html.UnescapeString(text), want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
}

// Pages with little data: no interruptions, no recorded times, no Region that could be read.
func TestIncompleteData(t *testing.T) {
	quiet := samples()["quiet"]
	untimed := shopReport("eu-west-1", 5)
	untimed.ReactionMS, untimed.Outcomes.Seconds = history.Spread{}, history.Spread{}
	for _, test := range []struct {
		name      string
		page      Page
		says      []string
		saysNotAs []string
	}{
		{"nothing happened", quiet, []string{"No task was interrupted", "<dd>0</dd>"}, []string{"<table", "counts, not rates"}},
		{"no times", page(Region{Name: "eu-west-1", Report: &untimed}), []string{"2 redeployments followed. Nothing failed.", "No reaction time was recorded."}, []string{"by the median"}},
		{"counts unknown", samples()["unknown"], []string{"Number of interrupted tasks unknown", "<strong>Counts unknown:</strong> log level WARNING", "23 November 2026"}, []string{"<table", "<dl", "rehearsals"}},
		{"nothing read", page(Region{Name: "eu-west-1", ReadError: "no"}), []string{"Number of interrupted tasks unknown", "<strong>Not read:</strong> no"}, []string{"<table", "<dl"}},
	} {
		text := written(t, test.page)
		for _, want := range test.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", test.name, want)
			}
		}
		for _, not := range test.saysNotAs {
			if strings.Contains(text, not) {
				t.Errorf("%s: %q", test.name, not)
			}
		}
	}
}

// The figures of several Regions are added up, except medians, and Regions that could not be read are listed.
func TestSeveralRegions(t *testing.T) {
	text := written(t, samples()["several"])
	for _, want := range []string{
		"<h1>837 tasks interrupted</h1>",
		"281 redeployments followed, the slowest 4.3s after its warning. For 3 tasks the function failed. Not counted: 2 Regions.",
		`<a href="#us-east-1">us-east-1</a>`, `<section id="us-east-1"`, "<strong>Not read:</strong> no permission for logs:FilterLogEvents",
		"<strong>Note:</strong> logs are kept for 7 days", "<summary>8 more</summary>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
}

// The shades are those of the terminal or, for larger counts, four equal steps.
func TestScale(t *testing.T) {
	for _, test := range []struct {
		most   int
		legend string
		shades map[int]int
	}{
		{0, "0, 1, 2–3, 4–6, 7 or more", map[int]int{0: 0, 1: 1}},
		{12, "0, 1, 2–3, 4–6, 7 or more", map[int]int{1: 1, 2: 2, 3: 2, 4: 3, 6: 3, 7: 4, 12: 4}},
		{13, "0, 1–4, 5–8, 9–12, 13 or more", map[int]int{0: 0, 4: 1, 5: 2, 12: 3, 13: 4}},
		{400, "0, 1–100, 101–200, 201–300, 301 or more", map[int]int{100: 1, 101: 2, 300: 3, 400: 4}},
	} {
		var r history.Report
		r.ByHour[3][4] = test.most
		s := scaleOf([]Region{{Report: &r}, {}})
		var words []string
		for _, each := range s.legend() {
			words = append(words, each.Words)
		}
		if got := strings.Join(words, ", "); got != test.legend {
			t.Errorf("up to %d: %s", test.most, got)
		}
		for n, want := range test.shades {
			if got := s.of(n); got != want {
				t.Errorf("%d of %d has shade %d, want %d", n, test.most, got, want)
			}
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	if err := Write(full{}, samples()["one"]); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

// The IDs of a page with several installations in a Region are unique and without spaces, and every link has its target.
func TestIDs(t *testing.T) {
	prod, stag := samples()["one"].Regions[0], samples()["one"].Regions[0]
	prod.Name, stag.Name = "prod in eu-west-1", "stag in eu-west-1"
	text := written(t, page(prod, stag))
	seen := map[string]bool{}
	for _, found := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if seen[found[1]] || strings.ContainsAny(found[1], " \t\n") {
			t.Errorf("id %q", found[1])
		}
		seen[found[1]] = true
	}
	links := regexp.MustCompile(` href="#([^"]*)"`).FindAllStringSubmatch(text, -1)
	for _, found := range links {
		if !seen[found[1]] {
			t.Errorf("a link to %q", found[1])
		}
	}
	if len(links) < 2 || len(seen) < 4 {
		t.Errorf("%d links, ids %v", len(links), seen)
	}
}
