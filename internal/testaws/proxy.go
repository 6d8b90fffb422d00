package testaws

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Proxy stands between a program and an AWS: it records every call and injects faults.
type Proxy struct {
	backend Backend
	onward  http.RoundTripper
	server  *httptest.Server

	mu     sync.Mutex
	calls  []Call
	faults []*Fault
}

// Backend is the AWS behind the proxy.
type Backend struct {
	URL     string
	Account string // if set, the moto account (x-moto-account-id) of every call, except those with an assumed role
}

// Fault makes calls fail. The first field that is set in the order below determines how; without any, the
// call succeeds.
type Fault struct {
	Call string // "iam:CreateRole"; "" means every call
	Skip int    // number of calls that succeed first
	Once bool   // only one call is affected

	Deny     bool   // access is denied, as by IAM
	Refuse   *Error // the response is this error
	Lose     bool   // the connection is cut, nothing is done
	Drop     bool   // the call is done, but the connection is cut before the response
	Hold     func() // called first, then the call waits until the client disconnects; nothing is done
	Response []byte // response body, with status 200
}

// Error is an error of AWS in the protocol of the call.
type Error struct {
	Status  int
	Code    string
	Message string
}

// NewProxy starts a proxy on a loopback port. The caller must close it.
func NewProxy(backend Backend) *Proxy {
	// A connection that moto closes between two calls would make the second one fail, and be made again.
	p := &Proxy{backend: backend, onward: &http.Transport{DisableKeepAlives: true}}
	p.server = httptest.NewServer(p)
	return p
}

// URL returns the value for AWS_ENDPOINT_URL.
func (p *Proxy) URL() string { return p.server.URL }

// Close closes the proxy and every connection to it.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// Calls returns all calls since the start or the last Forget, in the order of arrival.
func (p *Proxy) Calls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Call{}, p.calls...)
}

// Forget clears the list of calls.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = nil
}

// Inject adds a fault.
func (p *Proxy) Inject(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &f)
}

// Heal removes all faults.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// admit records the call and returns its index in the list and the fault that applies.
func (p *Proxy) admit(c Call) (index int, hit Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, c)
	for i, f := range p.faults {
		switch {
		case f.Call != "" && f.Call != c.String():
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		}
		if f.Once {
			p.faults = append(p.faults[:i:i], p.faults[i+1:]...)
		}
		return len(p.calls) - 1, *f
	}
	return len(p.calls) - 1, Fault{}
}

// responded records the status of the response, unless the list was cleared meanwhile.
func (p *Proxy) responded(index, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if index < len(p.calls) {
		p.calls[index].Status = status
	}
}

// ServeHTTP forwards one call, or makes it fail.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // how net/http cuts the connection
	}
	c := nameCall(r, body)
	index, fault := p.admit(c)
	switch {
	case fault.Deny:
		p.responded(index, refuse(w, r, denied(c)))
	case fault.Refuse != nil:
		p.responded(index, refuse(w, r, *fault.Refuse))
	case fault.Hold != nil:
		fault.Hold()
		<-r.Context().Done()
	case fault.Response != nil:
		p.responded(index, http.StatusOK)
		_, _ = w.Write(fault.Response)
	case fault.Lose:
		panic(http.ErrAbortHandler)
	default:
		p.forward(w, r, body, index, fault.Drop, unknownTo(c))
	}
}

// unknownTo returns the response to a call that moto does not support: that of AWS if nothing exists.
func unknownTo(c Call) []byte {
	if c.Action == "ListFunctionUrlConfigs" {
		return []byte(`{"FunctionUrlConfigs":[]}`)
	}
	return nil
}

// forward forwards the call and returns or drops its response. If the AWS does not support the call, instead
// is the response.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, body []byte, index int, drop bool, instead []byte) {
	onward, err := http.NewRequestWithContext(r.Context(), r.Method, p.backend.URL+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	onward.Header = r.Header.Clone()
	p.backend.address(onward)
	response, err := p.onward.RoundTrip(onward)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = response.Body.Close() }()
	if drop {
		panic(http.ErrAbortHandler)
	}
	if instead != nil && response.StatusCode == http.StatusNotFound && response.Header.Get("X-Amzn-Errortype") == "" {
		p.responded(index, http.StatusOK)
		_, _ = w.Write(instead)
		return
	}
	p.responded(index, response.StatusCode)
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}

func (b Backend) address(r *http.Request) {
	if b.Account != "" && r.Header.Get("X-Amz-Security-Token") == "" {
		r.Header.Set("X-Moto-Account-Id", b.Account)
	}
}

// denied returns AWS's error for denied access, worded like AWS's.
func denied(c Call) Error {
	code := "AccessDeniedException"
	if c.Service == "iam" || c.Service == "sts" {
		code = "AccessDenied"
	}
	return Error{http.StatusForbidden, code, fmt.Sprintf("User is not authorized to perform: %s because no identity-based policy allows the %s action", c, c)}
}

// refuse writes an error in the call's protocol: XML for IAM and STS, otherwise JSON.
func refuse(w http.ResponseWriter, r *http.Request, e Error) int {
	const id = "7f4bd4e1-0000-4000-8000-000000000000"
	w.Header().Set("X-Amzn-Requestid", id)
	service := serviceOf(r)
	if service == "iam" || service == "sts" {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(e.Status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>", e.Code, e.Message, id)
		return e.Status
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Errortype", e.Code)
	w.WriteHeader(e.Status)
	fmt.Fprintf(w, `{"__type":%q,"message":%q,"Type":"User"}`, e.Code, strings.ReplaceAll(e.Message, "\n", " "))
	return e.Status
}
