package cli

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The page is written in addition to the printed report, replacing an existing file, or instead of it to standard output. It
// names Regions that cannot be read.
func TestReportPage(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod --log-retention-days 3")
	a.record(50*time.Hour, "1111", redeployed)
	a.record(30*time.Hour, "2222", func(r *handler.Record) { r.Service = "<b>\x1b[31mevil" })
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	if err := os.WriteFile(file, []byte("an old one"), 0o640); err != nil {
		t.Fatal(err)
	}
	run := func(want int, line string) outcome {
		t.Helper()
		code, shown := spothandler(t.Context(), "", strings.Fields(line)...)
		if code != want {
			t.Errorf("%s exits with %d: %s%s", line, code, shown.out, shown.err)
		}
		return shown
	}
	shown := run(command.ExitOK, "report --prefix prod --days 7 -o json --html "+file)
	var r history.Report
	if err := json.Unmarshal([]byte(shown.out), &r); err != nil || r.Interruptions != 2 || !strings.Contains(shown.err, "page written to "+file) {
		t.Errorf("%+v, %v: %s", r, err, shown.err)
	}
	page, err := os.ReadFile(file)
	text := string(page)
	for _, want := range []string{"<h1>2 tasks interrupted</h1>", html.EscapeString(`shop/<b>\x1b[31mevil`), "prod · eu-west-1", "logs are kept for 3 days", "</html>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%v, no %q on the page", err, want)
		}
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o640 {
		t.Error(info.Mode(), err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}

	printed := run(command.ExitOK, "report --prefix prod --days 7 --html -").out
	if !strings.HasPrefix(printed, "<!doctype html>") || strings.TrimSpace(printed[strings.Index(printed, "</html>"):]) != "</html>" {
		t.Errorf("this is no page: %s", printed)
	}
	both := run(command.ExitNotInstalled, "report --prefix prod --days 7 --region eu-west-1 --region us-east-1 --html -").out
	if !strings.HasPrefix(both, "<!doctype html>") || !strings.Contains(both, "Not counted: 1 Region.") || !strings.Contains(both, "<strong>Not read:</strong> prod is not installed in us-east-1") {
		t.Errorf("two Regions: %s", both)
	}
	run(command.ExitNotInstalled, "report --prefix nix --html "+file)
	if after, err := os.ReadFile(file); err != nil || string(after) != text {
		t.Errorf("where there was nothing to report, the page is another: %v", err)
	}
}

// A page that cannot be written is an error before any call.
func TestReportPageRefused(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	a.ForgetCalls()
	dir := t.TempDir()
	readOnly, dangling := filepath.Join(dir, "read-only.html"), filepath.Join(dir, "dangling")
	if os.WriteFile(readOnly, nil, 0o400) != nil || os.Symlink("nowhere", dangling) != nil {
		t.Skip("no links here")
	}
	for _, test := range []struct{ args, want, hint string }{
		{"--html=", "--html is empty", "give it a value"},
		{"--html " + dir, "is a directory", "--html " + dir + "/report.html"},
		{"--html " + dir + "/new/", "names a directory", dir + "/new/report.html"},
		{"--html " + dir + "/new/report.html", "there is no directory " + dir + "/new", "create the directory first"},
		{"--html " + readOnly + "/report.html", "not a directory", "name another file"},
		{"--html /dev/null", "is not a regular file", "name another file"},
		{"--html " + dangling, "cannot be resolved", "remove it"},
		{"--html " + readOnly, "cannot be replaced: permission denied", "name another file"},
		{"--html - -o json", "--html - and -o json would both print", "give --html a file"},
	} {
		if test.args == "--html "+readOnly && os.Geteuid() == 0 { // root may write everything
			continue
		}
		code, shown := spothandler(t.Context(), "", append([]string{"report", "--prefix", "prod"}, strings.Fields(test.args)...)...)
		said := strings.Join(strings.Fields(shown.err+shown.out), " ")
		if code != command.ExitError || !strings.Contains(said, test.want) || !strings.Contains(said, test.hint) {
			t.Errorf("%s exits with %d: %s", test.args, code, shown.err)
		}
	}
	if calls := a.Calls(); len(calls) > 0 {
		t.Errorf("%v", calls)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
}

// If writing the page fails later, the old page remains, and the error names the file.
func TestReportPageFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open directory cannot be removed")
	}
	a := newHistoryFixture(t, "install --prefix prod")
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.Action == "FilterLogEvents" && os.RemoveAll(dir) == nil }})
	file := filepath.Join(dir, "report.html")
	code, shown := spothandler(t.Context(), "", "report", "--prefix", "prod", "--html", file)
	if code != command.ExitError || !strings.Contains(shown.err, "writing "+file) || !strings.Contains(shown.err, "No file was written.") {
		t.Errorf("exits with %d: %s", code, shown.err)
	}
}
