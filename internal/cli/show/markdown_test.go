package show

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	renderer "github.com/yuin/goldmark/renderer/html"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// A text in a table cell is shown literally: it cannot become a link, an image or markup, or end the cell.
func TestHostileTextInMarkdown(t *testing.T) {
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(renderer.WithUnsafe()))
	for _, text := range []string{
		"prod", "a|b", `a\|b`, `a\\`, "a`b", "``", "`", "**a**", "_a_", "~~a~~", "[a](https://example.com)", "![a](https://example.com)",
		"https://example.com", "www.example.com", "a@example.com", "@all", "#1", "<img src=x>", "</code></td>", "&lt;", "<!-- ", "$a$",
		"a\n\n# b", "a\r\n| c |", "", " ", " a ", "\x1b[31m", "日本", `"`, `C:\x`, "$(id)", "{{ a }}",
	} {
		for form, shown := range map[string]string{"words": InMarkdown(text), "code": InCode(text)} {
			want := term.Escape(text)
			if form == "code" && text == "" {
				want = `""`
			}
			var out bytes.Buffer
			if err := markdown.Convert([]byte("| x | y |\n|---|---|\n| "+shown+" | z |\n"), &out); err != nil {
				t.Fatal(err)
			}
			cells := regexp.MustCompile(`(?s)<tbody>\n<tr>\n<td>(.*?)</td>\n<td>z</td>\n</tr>\n</tbody>\n</table>\n$`).FindStringSubmatch(out.String())
			if cells == nil {
				t.Errorf("%q as %s breaks the table:\n%s", text, form, &out)
				continue
			}
			cell := strings.ReplaceAll(cells[1], "<!-- -->", "")
			if form == "code" {
				cell = strings.TrimSuffix(strings.TrimPrefix(cell, "<code>"), "</code>")
			}
			if got := html.UnescapeString(cell); strings.ContainsAny(cell, "<>") || strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%q as %s is %s: %q", text, form, cell, got)
			}
		}
		if strings.HasPrefix(text, "@") && strings.Contains(InMarkdown(text), text) {
			t.Errorf("%q notifies somebody", text)
		}
	}
}
