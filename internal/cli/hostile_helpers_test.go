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

// hostile is a text that a principal with write access to the account could store: it moves the cursor, changes the color
// and the text direction, and begins a new line.
const hostile = "\x1b[35m\x1b[2K\x1b]0;owned\x07\u009b31m\u202e\u2066\u200b\r\n✓ prod is healthy\x7f\x00"

// hostileAWS is a backend that makes one text in the responses to one call hostile, or responds with a hostile error.
type hostileAWS struct {
	aws *localaws.Server
	url string

	mu     sync.Mutex
	call   string         // whose response is hostile; "" for none
	index  int            // of the hostile text in the response; failing for an error
	counts map[string]int // maximum number of texts in a response, by call
}

const failing = -1

func newHostileAWS(t *testing.T) *hostileAWS {
	t.Helper()
	l := &hostileAWS{aws: localaws.New(localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}}), counts: map[string]int{}}
	server := httptest.NewUnstartedServer(l)
	server.Config.SetKeepAlivesEnabled(false) // every command opens its own connections
	server.Start()
	l.url = server.URL
	t.Cleanup(func() {
		server.Close()
		_ = l.aws.Close()
	})
	return l
}

// setHostile selects the text to make hostile: one of a call's response, or none if call is "".
func (l *hostileAWS) setHostile(call string, index int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.call, l.index = call, index
}

// texts returns the calls made while during runs, each with the number of texts in its response.
func (l *hostileAWS) texts(during func()) map[string]int {
	l.mu.Lock()
	l.counts = map[string]int{}
	l.mu.Unlock()
	during()
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}

func (l *hostileAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	response := httptest.NewRecorder()
	l.aws.ServeHTTP(response, r)

	call := callName(r, body)
	l.mu.Lock()
	index := len(response.Body.Bytes()) // beyond any text
	if call == l.call {
		index = l.index
	}
	l.mu.Unlock()
	text, count := response.Body.Bytes(), 0
	if index == failing {
		response.Code, text = http.StatusBadRequest, refusal(r)
		w.Header().Set("X-Amzn-Requestid", "\u202e1234")
	} else {
		m := &hostileWriter{index: index}
		text = m.body(text)
		count = m.seen
	}
	l.mu.Lock()
	l.counts[call] = max(l.counts[call], count)
	l.mu.Unlock()
	for name, values := range response.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(response.Code)
	_, _ = w.Write(text)
}

// callName returns what identifies a call in its request.
func callName(r *http.Request, body []byte) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return form.Get("Action")
	}
	return r.Method + " " + r.URL.Path
}

// refusal returns a hostile error in the protocol of the request.
func refusal(r *http.Request) []byte {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return []byte("<ErrorResponse><Error><Code>Odd" + xmlText(hostile) + "</Code><Message>" + xmlText(hostile) + "</Message></Error></ErrorResponse>")
	}
	text, _ := json.Marshal(map[string]string{"__type": "Odd" + hostile, "code": "Odd" + hostile, "message": hostile})
	return text
}

func xmlText(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // characters invalid in XML become U+FFFD
	return out.String()
}

// hostileWriter makes the text with the given index in a response hostile. It also counts the texts in embedded documents:
// the record in a role's description, a policy, an event pattern.
type hostileWriter struct{ index, seen int }

func (m *hostileWriter) text(text string) string {
	m.seen++
	if m.seen-1 == m.index {
		return text + hostile
	}
	return text
}

func (m *hostileWriter) body(text []byte) []byte {
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

// leaf processes a text, or the document in it.
func (m *hostileWriter) leaf(text string) string {
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

func (m *hostileWriter) document(text string) (string, bool) {
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

func (m *hostileWriter) value(value any) any {
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

func (l *hostileAWS) describe() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%s, text %d", l.call, l.index)
}
