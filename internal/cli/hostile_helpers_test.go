package cli

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spothandler/spothandler/internal/localaws"
)

// hostile is what somebody who may write a text in the account could write: it moves the cursor, changes the colour,
// turns the reading direction, and begins a line of its own.
const hostile = "\x1b[35m\x1b[2K\x1b]0;owned\x07\u009b31m\u202e\u2066\u200b\r\n✓ prod is healthy\x7f\x00"

// liar is an AWS of which one text in the answers to one call is hostile, or the whole answer an error that is.
type liar struct {
	aws *localaws.Server
	url string

	mu     sync.Mutex
	call   string         // whose answer is a lie
	index  int            // of the text in that answer; failing is an error instead
	counts map[string]int // how many texts each call's answers had at most
}

const failing = -1

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{aws: localaws.New(localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}}), counts: map[string]int{}}
	server := httptest.NewUnstartedServer(l)
	server.Config.SetKeepAlivesEnabled(false) // every command has connections of its own
	server.Start()
	l.url = server.URL
	t.Cleanup(func() {
		server.Close()
		_ = l.aws.Close()
	})
	return l
}

// lie makes one text of one call hostile; "" is none.
func (l *liar) lie(call string, index int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.call, l.index = call, index
}

// texts are what a command read while nothing was a lie: each call with the number of texts in its answer.
func (l *liar) texts(during func()) map[string]int {
	l.mu.Lock()
	l.counts = map[string]int{}
	l.mu.Unlock()
	during()
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	l.aws.ServeHTTP(answer, r)

	call := callName(r, body)
	l.mu.Lock()
	index := len(answer.Body.Bytes()) // of no text
	if call == l.call {
		index = l.index
	}
	l.mu.Unlock()
	text, count := answer.Body.Bytes(), 0
	if index == failing {
		answer.Code, text = http.StatusBadRequest, refusal(r)
		w.Header().Set("X-Amzn-Requestid", "\u202e1234")
	} else {
		m := &mangler{index: index}
		text = m.body(text)
		count = m.seen
	}
	l.mu.Lock()
	l.counts[call] = max(l.counts[call], count)
	l.mu.Unlock()
	for name, values := range answer.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(text)
}

// callName names a call by what tells it from others on the wire.
func callName(r *http.Request, body []byte) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return form.Get("Action")
	}
	return r.Method + " " + r.URL.Path
}

// refusal is an error in the protocol of the request.
func refusal(r *http.Request) []byte {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return []byte("<ErrorResponse><Error><Code>Odd" + xmlText(hostile) + "</Code><Message>" + xmlText(hostile) + "</Message></Error></ErrorResponse>")
	}
	text, _ := json.Marshal(map[string]string{"__type": "Odd" + hostile, "code": "Odd" + hostile, "message": hostile})
	return text
}

func xmlText(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // what XML cannot hold becomes U+FFFD
	return out.String()
}

// mangler makes one text of an answer hostile, that with this index. Documents within texts are looked into: the
// record in a role's description, a policy, a pattern.
type mangler struct{ index, seen int }

func (m *mangler) text(text string) string {
	m.seen++
	if m.seen-1 == m.index {
		return text + hostile
	}
	return text
}

func (m *mangler) body(text []byte) []byte {
	if bytes.HasPrefix(text, []byte("<")) {
		return regexp.MustCompile(`>[^<]+<`).ReplaceAllFunc(text, func(found []byte) []byte {
			return []byte(">" + xmlText(m.leaf(html.UnescapeString(string(found[1:len(found)-1])))) + "<")
		})
	}
	if document, ok := m.document(string(text)); ok {
		return []byte(document)
	}
	return text
}

// leaf is a text, or a document in it.
func (m *mangler) leaf(text string) string {
	if document, ok := m.document(text); ok {
		return document
	}
	if plain, err := url.PathUnescape(text); err == nil && plain != text {
		if document, ok := m.document(plain); ok {
			return url.PathEscape(document)
		}
	}
	return m.text(text)
}

func (m *mangler) document(text string) (string, bool) {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return "", false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return "", false
	}
	out, err := json.Marshal(m.value(value))
	return string(out), err == nil
}

func (m *mangler) value(value any) any {
	switch value := value.(type) {
	case string:
		return m.leaf(value)
	case []any:
		for i := range value {
			value[i] = m.value(value[i])
		}
	case map[string]any:
		mangled := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			mangled[m.text(key)] = m.value(value[key])
		}
		return mangled
	}
	return value
}

func (l *liar) describe() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%s, text %d", l.call, l.index)
}
