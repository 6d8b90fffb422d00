package term

import (
	"bufio"
	"context"
	"io"
	"strings"
)

// Ask asks for a word to be typed, and reports whether it was. Its error is that of the context.
func (p *Printer) Ask(ctx context.Context, in io.Reader, question, word string) (bool, error) {
	text, err := p.AskLine(ctx, in, p.Textf("%s Type %s: ", question, p.Bold(word)))
	return err == nil && text == word, err
}

// AskLine asks for a line to be typed, and returns it without blanks around it. Its error is that of the context:
// ctrl-C does not end a read of a terminal by itself. The read is left behind then, since the process ends soon.
func (p *Printer) AskLine(ctx context.Context, in io.Reader, question Text) (string, error) {
	p.Printf("%s %s", p.Glyph(Question), question)
	typed := make(chan string, 1)
	go func() {
		text, err := bufio.NewReader(in).ReadString('\n')
		if err != nil {
			text = ""
		}
		typed <- text
	}()
	select {
	case <-ctx.Done():
		p.Printf("\n") // the cursor is behind the question
		return "", ctx.Err()
	case text := <-typed:
		return strings.TrimSpace(text), nil
	}
}
