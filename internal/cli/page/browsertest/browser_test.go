package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a headless Chromium, with the errors and requests since the last page was opened.
type browser struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	console  []string
	requests []string
}

// newBrowser starts Chromium. If it is not installed, the test is skipped, except in CI.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	switch {
	case path == "" && os.Getenv("CI") == "true":
		t.Fatal("Chromium is required in CI: apt-get install chromium")
	case path == "":
		t.Skip("no Chromium found: install it, or set CHROMIUM to a browser of its kind")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], // a new, empty profile among them
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	return b
}

// test runs a part of the test in the same browser.
func (b *browser) test(name string, part func(*browser)) {
	whole := b.T
	defer func() { b.T = whole }()
	whole.Run(name, func(t *testing.T) {
		b.T = t
		part(b)
	})
}

// call runs a command of the DevTools protocol on the page.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) R {
	b.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// note records events that a correct, self-contained page does not cause.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, event.Request.URL)
	case *log.EventEntryAdded:
		b.console = append(b.console, event.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		b.console = append(b.console, fmt.Sprintf("console.%s", event.Type))
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, event.ExceptionDetails.Text)
	}
}

// screen is a screen on which pages are tested.
type screen struct {
	name   string
	width  int64
	scheme string
}

func screens() []screen {
	return []screen{{"phone", 390, "light"}, {"phone", 390, "dark"}, {"desktop", 1280, "light"}, {"desktop", 1280, "dark"}}
}

// open loads a file, and returns the errors and requests meanwhile.
func (b *browser) open(file string, s screen) (requests, console []string) {
	b.Helper()
	b.mu.Lock()
	b.requests, b.console = nil, nil
	b.mu.Unlock()
	b.size(s.width)
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}},
	})
	if err := chromedp.Do(b.ctx, chromedp.Navigate(fileURL(file))); err != nil { // returns when the page is loaded
		b.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests, b.console
}

// size sets the width of the screen in CSS pixels.
func (b *browser) size(width int64) {
	b.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500,
	})
}

func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// ask evaluates an expression on the page.
func ask[T any](b *browser, expression string) T {
	b.Helper()
	result, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// shoot takes a screenshot of the whole page.
func (b *browser) shoot(file string) {
	b.Helper()
	beyond := true
	b.write(file, call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond}).Data)
}

// print prints the page.
func (b *browser) print(file string) {
	b.Helper()
	b.write(file, call(b, page.PrintToPDF, page.PrintToPDFParams{}).Data)
}

func (b *browser) write(file string, content []byte) {
	b.Helper()
	if len(content) < 1000 {
		b.Errorf("%s has %d bytes", filepath.Base(file), len(content))
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		b.Fatal(err)
	}
}
