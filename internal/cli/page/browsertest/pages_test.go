package browsertest

import (
	_ "embed" // for what is asked of a page
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

// report are the fields of report's JSON that are compared.
type report struct {
	Interruptions, Redeployments, Failures int
	Skipped                                map[string]int
	ReactionMS                             spread `json:"reaction_ms"`
	Outcomes                               struct {
		Completed, Failed, Stopped, Unknown int
		RolledBack                          int `json:"rolled_back"`
		InProgress                          int `json:"in_progress"`
		Seconds                             spread
	}
	ByService []struct {
		Cluster, Service                       string
		Interruptions, Redeployments, Failures int
	} `json:"by_service"`
	ByZone []struct {
		Zone          string
		Interruptions int
	} `json:"by_zone"`
	ByHour          [7][24]int `json:"by_hour"`
	Rehearsals      int
	LinesIgnored    int      `json:"lines_ignored"`
	UnknownOutcomes []string `json:"unknown_outcomes"`
	CountsUnknown   string   `json:"counts_unknown"` // the counts are null then
}

type spread struct{ Median, Max *int64 }

// sample is the data of a page.
type sample struct {
	Regions []struct {
		Name, Unread string
		Report       *report
		Warnings     []string
	}
}

//go:embed look.js
var look string

// looked is the result of look.js on a page.
type looked struct {
	Regions map[string]struct {
		Text     string
		Figures  map[string]string
		Reaction []string
		Tables   map[string]struct {
			Rows [][]string
			Bars []float64
		}
	}
	Faint   []string
	Wider   int
	Scripts int
}

// samples writes a page of each kind with its JSON, and returns the folder.
func samples(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run", "^TestSamples$", ".")
	write.Dir, write.Env = "..", append(os.Environ(), "PAGE_SAMPLES="+dir)
	if out, err := write.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// The report's page in a browser. Screenshots are written to the folder in the variable BROWSER_SHOTS.
func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	dir := samples(t)
	b.test("faults are seen", seesFaults)
	b.test("tables on a phone", func(b *browser) { findsTables(b, filepath.Join(dir, "one.html")) })
	shots := os.Getenv("BROWSER_SHOTS")
	if shots == "" {
		shots = t.TempDir()
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(pages) < 4 {
		t.Fatal(pages, err)
	}
	for _, file := range pages {
		b.test(filepath.Base(file), func(b *browser) { isRight(b, file, shots) })
	}
}

// TestPicture writes README's picture of the page to the file in the variable PAGE_PICTURE: make page-picture.
func TestPicture(t *testing.T) {
	file := os.Getenv("PAGE_PICTURE")
	if file == "" {
		t.Skip("PAGE_PICTURE names no file")
	}
	b := newBrowser(t)
	b.open(filepath.Join(samples(t), "one.html"), screen{"README", 1100, "light"})
	ask[string](b, `document.body.style.fontFamily = "Inter, Arial, sans-serif"`) // independent of the machine's fonts
	beyond, quality := true, int64(80)
	b.write(file, call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: "webp", Quality: &quality, CaptureBeyondViewport: &beyond,
	}).Data)
}

// isRight compares a page with its JSON. The page must load without errors and further requests, show the figures, fit a
// phone and a desktop in both color schemes, and have the contrast of WCAG level AA.
func isRight(b *browser, file, shots string) {
	name := strings.TrimSuffix(filepath.Base(file), ".html")
	var made sample
	if text, err := os.ReadFile(strings.TrimSuffix(file, ".html") + ".json"); err != nil || json.Unmarshal(text, &made) != nil {
		b.Fatal(err)
	}
	for _, s := range screens() {
		where := s.name + ", " + s.scheme
		requests, console := b.open(file, s)
		if want := []string{fileURL(file)}; !slices.Equal(requests, want) || len(console) > 0 {
			b.Errorf("%s: requests %q and complains %q", where, requests, console)
		}
		found := ask[looked](b, look)
		if found.Wider > 0 || found.Scripts > 0 || len(found.Faint) > 0 {
			b.Errorf("%s: %d px too wide, has %d foreign elements, and text that is too faint: %q", where, found.Wider, found.Scripts, found.Faint)
		}
		for _, region := range made.Regions {
			found.compare(b.T, where, region.Name, region.Report, append(region.Warnings, region.Unread))
		}
		b.shoot(filepath.Join(shots, name+"-"+s.name+"-"+s.scheme+".png"))
	}
	b.size(320) // the narrowest width that WCAG requires
	if found := ask[looked](b, look); found.Wider > 0 {
		b.Errorf("%d px too wide for a screen of 320", found.Wider)
	}
	b.print(filepath.Join(shots, name+".pdf"))
}

// seesFaults checks that a page fails that runs a script, requests an image, writes to the console, is too wide or has too
// little contrast.
func seesFaults(b *browser) {
	file := filepath.Join(b.TempDir(), "bad.html")
	const bad = `<img src="missing.png"><p style="color:#999;width:3000px">faint<script>console.log(1)</script>`
	if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
		b.Fatal(err)
	}
	requests, console := b.open(file, screens()[0])
	found := ask[looked](b, look)
	if len(requests) != 2 || len(console) < 2 || len(found.Faint) != 1 || found.Wider <= 0 || found.Scripts != 2 {
		b.Errorf("%q, %q, %+v", requests, console, found)
	}
}

// findsTables checks that screen readers find every table on a phone, where the layout differs.
func findsTables(b *browser, file string) {
	b.open(file, screens()[0])
	count := map[string]int{}
	call(b, accessibility.Enable, cdp.Empty{})
	for _, node := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		role := textOf(node.Role)
		count[role]++
		if role == "table" && textOf(node.Name) == "" {
			b.Error("a table without a name")
		}
	}
	call(b, accessibility.Disable, cdp.Empty{})
	// The week alone has 7 days of 24 hours and a total, and a row of totals.
	if count["table"] != 5 || count["columnheader"] < 26 || count["rowheader"] < 8 || count["cell"] < 8*25 {
		b.Errorf("%v", count)
	}
}

func textOf(value *accessibility.Value) string {
	var text string
	if value != nil {
		_ = json.Unmarshal(value.Value, &text)
	}
	return text
}

// compare compares what the page shows for a Region with its JSON.
func (l *looked) compare(t *testing.T, where, name string, want *report, told []string) {
	t.Helper()
	shown, ok := l.Regions[plain(name)]
	if !ok {
		t.Errorf("%s: no section %s", where, name)
		return
	}
	equal := func(what string, got, want any) {
		t.Helper()
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("%s, %s, %s: %s, want %s", where, name, what, a, b)
		}
	}
	switch {
	case want == nil:
		equal("figures", shown.Figures, map[string]string{})
	case want.CountsUnknown != "":
		told = append(told, "Counts unknown: "+want.CountsUnknown)
		equal("figures", shown.Figures, map[string]string{})
		equal("tables", len(shown.Tables), 0)
	default:
		told = append(told, want.UnknownOutcomes...)
		figures := map[string]string{
			"tasks interrupted": itoa(want.Interruptions), "redeployments": itoa(want.Redeployments),
			"skipped": itoa(sum(want.Skipped) - want.Skipped["observed"]), "failed": itoa(want.Failures),
		}
		if n := want.Skipped["observed"]; n > 0 {
			figures["would have been redeployed"] = itoa(n)
		}
		equal("figures", shown.Figures, figures)
		for id, rows := range want.tables() {
			table := shown.Tables[id+"-"+plain(name)]
			rest := shown.Tables[id+"-"+plain(name)+"-rest"]
			got := append(table.Rows, rest.Rows...)
			if want.Interruptions == 0 {
				rows = nil
			}
			equal(id, got, rows)
			if id != "week" && len(rows) > 0 {
				mustBeInProportion(t, where+", "+id, table.Bars, table.Rows)
			}
		}
		if want.Interruptions > 0 {
			equal("reaction", shown.Reaction, []string{seconds(want.ReactionMS.Median), seconds(want.ReactionMS.Max)})
			told = append(told, "median "+strconv.FormatInt(*want.Outcomes.Seconds.Median, 10)+"s", "longest "+strconv.FormatInt(*want.Outcomes.Seconds.Max, 10)+"s")
		}
		told = append(told, itoa(want.Rehearsals)+" record", itoa(want.LinesIgnored)+" line")
		if want.Rehearsals == 0 && want.LinesIgnored == 0 {
			told = told[:len(told)-2]
		}
	}
	for _, text := range told {
		if !strings.Contains(shown.Text, plain(text)) {
			t.Errorf("%s, %s does not say %q", where, name, text)
		}
	}
}
