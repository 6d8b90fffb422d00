// Package page writes a report as a self-contained HTML page, without network access, scripts or fonts. It is readable on
// phones, desktops, paper and by screen readers; each chart is a table.
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

// Page is the content of a page.
type Page struct {
	Regions []Region  // in order
	Made    time.Time // when the figures were read
	Version string    // of the program, for the footer
}

// Region is the report of a Region.
type Region struct {
	Name      string
	Report    *history.Report // nil if it could not be read
	ReadError string          // why it could not be read
	Warnings  []string        // about the figures
}

//go:embed page.css
var style string

// Write writes the page to w, and returns the error of w. Texts from events or AWS are escaped, including control
// characters.
func Write(w io.Writer, p Page) error {
	v := newView(p)
	v.Style = strings.ReplaceAll(style, "\t", "")
	sum := sha256.Sum256([]byte(v.Style))
	v.StyleHash = base64.StdEncoding.EncodeToString(sum[:])
	var out bytes.Buffer // write everything or nothing
	if err := v.document().Render(&out); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}
