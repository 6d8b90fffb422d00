package settings

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// fileOf returns a file with n installations in one Region, each with its own prefix and cluster.
func fileOf(t *testing.T, n int) File {
	t.Helper()
	content := strings.Builder{}
	content.WriteString("region: eu-west-1\ninstallations:\n")
	for i := range n {
		fmt.Fprintf(&content, "  i%d: {prefix: p%d, cluster: [c%d]}\n", i, i, i)
	}
	file, err := read(t, content.String())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Twice as many installations take twice the work, not four times.
func TestCheckScales(t *testing.T) {
	work := func(n int) float64 {
		file := fileOf(t, n)
		return testing.AllocsPerRun(1, func() {
			if err := file.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := work(20), work(80); many > 6*few {
		t.Errorf("20 installations take %.0f allocations, 80 take %.0f", few, many)
	}
}

// The check of a large file ends with the context.
func TestCheckEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := fileOf(t, 2).Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Merges that repeat each other's mapping on many levels are read once each, not exponentially often.
func TestNestedMerges(t *testing.T) {
	mapping := "{prefix: prod}"
	for level := range 40 {
		mapping = fmt.Sprintf("{<<: [&m%d %s, *m%d]}", level, mapping, level)
	}
	file, err := read(t, "<<: "+mapping)
	if got := shown(file); err != nil || got != "prefix=prod" {
		t.Errorf("%q, %v", got, err)
	}
}
