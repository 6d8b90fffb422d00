// Package page writes the figures of a report as one HTML page that needs nothing else: no network, no script, no font.
// It is read on a phone, on a desk, on paper and by a screen reader; each chart is a table.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the style sheet
	"encoding/base64"
	"io"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/history"
)

// Page is what a page shows.
type Page struct {
	Regions []Region  // in the order of the page
	Made    time.Time // when the figures were read
	Version string    // of the program, for the page's foot
}

// Region is what is known of one Region.
type Region struct {
	Name      string
	Report    *history.Report // nil where it could not be read
	ReadError string          // why not
	Warnings  []string        // what the reader has to know about the figures
}

//go:embed page.css
var style string

// Write writes the page to w. Texts that came from events or from AWS are shown without control characters,
// and escaped. An error is that of w.
func Write(w io.Writer, p Page) error {
	v := newView(p)
	v.Style = strings.ReplaceAll(style, "\t", "")
	sum := sha256.Sum256([]byte(v.Style))
	v.StyleHash = base64.StdEncoding.EncodeToString(sum[:])
	var out bytes.Buffer // the whole or nothing
	if err := v.document().Render(&out); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}
