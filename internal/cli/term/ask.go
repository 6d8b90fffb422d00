package term

import (
	"bufio"
	"context"
	"io"
	"strings"
)

// Ask asks the user to type a word, and reports whether the input is that word. It returns an error only if the context
// ends.
func (p *Printer) Ask(ctx context.Context, in io.Reader, question, word string) (bool, error) {
	text, err := p.AskLine(ctx, in, p.Textf("%s Type %s: ", question, p.Bold(word)))
	return err == nil && text == word, err
}

// AskLine asks the user to type a line, and returns it without surrounding white space. It returns an error only if the
// context ends, for example on Ctrl-C, which does not end a read from a terminal by itself. The read keeps running then,
// since the process is about to exit.
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
		p.Printf("\n") // the cursor is after the question
		return "", ctx.Err()
	case text := <-typed:
		return strings.TrimSpace(text), nil
	}
}
