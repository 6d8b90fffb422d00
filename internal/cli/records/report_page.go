package records

import (
	"bytes"
	"context"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/page"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// toStdout is the name of a file that means standard output.
const toStdout = "-"

// reportPage is the HTML page of a report.
type reportPage struct {
	*command.App
	file *input.OutputFile // nil: standard output
}

// openPage opens the file for the page, before anything is read.
func openPage(a *command.App, path string) (*reportPage, error) {
	if path == toStdout {
		if a.Output != "text" {
			return nil, apperr.Invalid("give --html a file, or omit one of them", "--html - and -o %s would both print to standard output", a.Output)
		}
		return &reportPage{App: a}, nil
	}
	file, err := input.OpenOutputFile("--html", path, "report.html")
	if err != nil {
		return nil, err
	}
	return &reportPage{a, file}, nil
}

// printed reports whether the page is the command's output.
func (p *reportPage) printed() bool { return p != nil && p.file == nil }

// write writes a page of the results. If every run failed, it writes none.
func (p *reportPage) write(ctx context.Context, runs []*command.TargetRun[shownReport]) error {
	shown := page.Page{Made: time.Now(), Version: p.Version}
	succeeded := 0
	for _, v := range runs {
		region := page.Region{Name: v.Region}
		switch {
		case !v.HasResult():
			region.ReadError = v.Failure(ctx).Error.Message
		case v.Result.CountsUnknown != "":
			succeeded++
			region.Name, region.ReadError = v.Result.Region, "counts unknown: "+v.Result.CountsUnknown
		default:
			succeeded++
			region.Name, region.Report, region.Warnings = v.Result.Region, &v.Result.Report, v.Result.warnings
		}
		if v.Installation != nil {
			region.Name = v.Name
		}
		shown.Regions = append(shown.Regions, region)
	}
	if succeeded == 0 {
		return nil
	}
	var text bytes.Buffer
	if err := page.Write(&text, shown); err != nil {
		return err
	}
	if p.file == nil {
		if _, err := p.Stdout.Write(text.Bytes()); err != nil {
			return &term.WriteError{Err: err}
		}
		return nil
	}
	if err := p.file.Write(text.Bytes()); err != nil {
		return err
	}
	p.Err.Print(p.Err.Sentence(term.OK, "page written to "+p.file.Path))
	return nil
}
