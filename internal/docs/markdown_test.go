package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// page is a parsed document.
type page struct {
	path   string // from the root, with slashes
	links  []string
	slugs  []string // of its headings
	fences []fence
	spans  []string // code in a line of text
}

// fence is a code block.
type fence struct{ language, code string }

// pages returns all documents of the repository.
func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", ".github/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := readPage(file)
			if err != nil {
				t.Fatal(err)
			}
			path, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, parse(filepath.ToSlash(path), source))
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d documents were found", len(all))
	}
	return all
}

// parse parses a document.
func parse(path, content string) page {
	p, source := page{path: path}, []byte(content)
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM))
	_ = ast.Walk(markdown.Parser().Parse(text.NewReader(source)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			p.take(node, source)
		}
		return ast.WalkContinue, nil
	})
	return p
}

func (p *page) take(node ast.Node, source []byte) {
	switch node := node.(type) {
	case *ast.Heading:
		p.addSlug(plain(node, source))
	case *ast.Link:
		p.links = append(p.links, string(node.Destination))
	case *ast.Image:
		p.links = append(p.links, string(node.Destination))
	case *ast.AutoLink:
		p.links = append(p.links, string(node.URL(source)))
	case *ast.FencedCodeBlock:
		p.fences = append(p.fences, fence{string(node.Language(source)), lines(node, source)})
	case *ast.CodeBlock:
		p.fences = append(p.fences, fence{"", lines(node, source)})
	case *ast.CodeSpan:
		p.spans = append(p.spans, strings.Join(strings.Fields(plain(node, source)), " "))
	case *ast.HTMLBlock:
		p.addHTML(lines(node, source))
	case *ast.RawHTML:
		p.addHTML(string(node.Segments.Value(source)))
	}
}

// addSlug adds a heading's anchor; the second heading with the same text has the suffix 1.
func (p *page) addSlug(heading string) {
	anchor := slug(heading)
	for n := 1; slices.Contains(p.slugs, anchor); n++ {
		anchor = slug(heading) + "-" + string(rune('0'+n))
	}
	p.slugs = append(p.slugs, anchor)
}

func (p *page) addHTML(html string) {
	for _, match := range regexp.MustCompile(`(?:href|src|srcset)="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		p.links = append(p.links, match[1])
	}
}

// plain returns the text of a node without markup.
func plain(node ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(node, func(child ast.Node, entering bool) (ast.WalkStatus, error) {
		if leaf, ok := child.(*ast.Text); ok && entering {
			out.Write(leaf.Segment.Value(source))
			if leaf.SoftLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

func lines(node ast.Node, source []byte) string {
	var out strings.Builder
	for i := range node.Lines().Len() {
		segment := node.Lines().At(i)
		out.Write(segment.Value(source))
	}
	return out.String()
}

// Every link within the repository has a target, including its anchor. External links are listed with -v.
func TestLinks(t *testing.T) {
	all := pages(t)
	bySource := map[string]page{}
	for _, p := range all {
		bySource[p.path] = p
	}
	var outside []string
	for _, p := range all {
		for _, link := range p.links {
			if strings.Contains(link, "://") {
				if !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://127.0.0.1") {
					t.Errorf("%s links to %s: use https", p.path, link)
				}
				outside = append(outside, link)
				continue
			}
			if why := deadLink(bySource, p, link); why != "" {
				t.Errorf("%s links to %s: %s", p.path, link, why)
			}
		}
	}
	slices.Sort(outside)
	t.Logf("%d links lead elsewhere:\n%s", len(outside), strings.Join(slices.Compact(outside), "\n"))
}

// deadLink returns why a link within the repository has no target, or "".
func deadLink(pages map[string]page, from page, link string) string {
	target, anchor, _ := strings.Cut(link, "#")
	path := from.path
	if target != "" {
		path = filepath.ToSlash(filepath.Join(filepath.Dir(from.path), target))
	}
	if _, err := os.Stat(filepath.Join(root, path)); err != nil {
		return "there is no such file"
	}
	if anchor != "" && !slices.Contains(pages[path].slugs, anchor) {
		return "there is no such heading"
	}
	return ""
}

// The documents' index names every document in docs.
func TestIndex(t *testing.T) {
	var links, documents []string
	for _, p := range pages(t) {
		if p.path == "docs/README.md" {
			links = p.links
		} else if strings.HasPrefix(p.path, "docs/") {
			documents = append(documents, strings.TrimPrefix(p.path, "docs/"))
		}
	}
	for _, document := range documents {
		if !slices.Contains(links, document) {
			t.Errorf("docs/README.md does not name %s", document)
		}
	}
}

// The check finds a link to a missing file or heading.
func TestDeadLinks(t *testing.T) {
	p := parse("docs/README.md", "# A `word`, here\n[a](gone.md) [b](#a-word-here) [c](#elsewhere) <img src=\"../README.md\">")
	all := map[string]page{p.path: p}
	for link, dead := range map[string]bool{"gone.md": true, "#a-word-here": false, "#elsewhere": true, "../README.md": false} {
		if !slices.Contains(p.links, link) {
			t.Errorf("%s was not read", link)
		}
		if why := deadLink(all, p, link); (why != "") != dead {
			t.Errorf("%s: %q", link, why)
		}
	}
}
