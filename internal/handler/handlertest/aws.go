// Package handlertest implements the parts of ECS and CloudWatch Logs that the
// handler calls, in memory, behind the real SDK clients: retries, errors and
// deadlines are the SDK's own. All waits use package time, so that they are
// virtual inside a testing/synctest bubble.
package handlertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// AWS is the two services. The zero value has no service and no log group.
type AWS struct {
	// Latency is the duration of each call.
	Latency time.Duration
	// Rollout is the duration of a forced deployment; zero: it never completes.
	Rollout time.Duration
	// Faults returns the response to a call for which Fail set none; calls to
	// it are serialized.
	Faults func(operation string) Fault
	// OnCall, if set, receives each call instead of Calls recording it; calls
	// to it are serialized.
	OnCall func(Call)

	mu       sync.Mutex
	services map[string]*Service
	streams  map[string]map[string]bool // by log group
	faults   map[string][]Fault
	limits   map[string]*Limit
	calls    []Call
	tries    map[string]int
	forced   int
}

// Call is a call that arrived.
type Call struct {
	Operation string
	Input     map[string]any
	At        time.Time
	Code      string // error code of the response, "" for success
}

// ECS returns an SDK client of this ECS.
func (a *AWS) ECS() *ecs.Client { return ecs.NewFromConfig(a.config()) }

// Logs returns an SDK client of this CloudWatch Logs.
func (a *AWS) Logs() *cloudwatchlogs.Client { return cloudwatchlogs.NewFromConfig(a.config()) }

func (a *AWS) config() aws.Config {
	return aws.Config{Region: "eu-west-1", HTTPClient: a, Credentials: aws.AnonymousCredentials{}}
}

// Calls returns the calls of an operation so far, or of all operations for "".
func (a *AWS) Calls(operation string) []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []Call
	for _, c := range a.calls {
		if operation == "" || c.Operation == operation {
			out = append(out, c)
		}
	}
	return out
}

// Count returns the number of calls of an operation that ended with an error
// code, or with success for "".
func (a *AWS) Count(operation, code string) int {
	n := 0
	for _, c := range a.Calls(operation) {
		if c.Code == code {
			n++
		}
	}
	return n
}

var errReset = errors.New("read: connection reset by peer")

// Do handles a request of the SDK without using the network.
func (a *AWS) Do(r *http.Request) (*http.Response, error) {
	fault := a.fault(operationOf(r))
	if err := sleep(r, a.Latency+fault.Hang); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	if fault.Done || fault == (Fault{}) {
		a.serve(w, r)
	}
	switch {
	case fault.Network:
		return nil, errReset
	case fault.Body != "" || fault.Cut:
		fault.Status = cmp.Or(fault.Status, w.Code) // of the response that it replaces
		return a.garble(operationOf(r), fault), nil
	case fault.Code != "":
		w = httptest.NewRecorder()
		a.refuse(w, operationOf(r), fault)
	case w.Body.Len() == 0: // only delayed
		a.serve(w, r)
	}
	return w.Result(), nil
}

// ServeHTTP handles requests over the network.
func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // otherwise a client that disconnects is not noticed
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	response, err := a.Do(r)
	if err != nil {
		panic(http.ErrAbortHandler) // closes the connection
	}
	defer response.Body.Close()
	if response.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
	}
	w.WriteHeader(response.StatusCode)
	if _, err = io.Copy(w, response.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func sleep(r *http.Request, d time.Duration) error {
	if d == 0 {
		return r.Context().Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// operationOf returns the operation of a request in AWS's JSON protocol.
func operationOf(r *http.Request) string {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return operation
}

// garble returns a response that AWS did not send, or the first bytes of one.
func (a *AWS) garble(operation string, f Fault) *http.Response {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record(Call{Operation: operation, At: time.Now(), Code: "garbled"})
	w := httptest.NewRecorder()
	w.WriteHeader(f.Status)
	fmt.Fprint(w, f.Body)
	response := w.Result()
	if f.Cut {
		response.ContentLength = 5000
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"services":[{"serviceName":`), cutOff{}))
	}
	return response
}

// cutOff is the body of a response whose connection breaks.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (a *AWS) refuse(w http.ResponseWriter, operation string, f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record(Call{Operation: operation, At: time.Now(), Code: f.Code})
	if f.Status == 0 {
		f.Status = http.StatusBadRequest
	}
	writeError(w, f.Status, f.Code)
}

// serve carries out a call.
func (a *AWS) serve(w http.ResponseWriter, r *http.Request) {
	call := Call{Operation: operationOf(r), At: time.Now()}
	if err := json.NewDecoder(r.Body).Decode(&call.Input); err != nil {
		writeError(w, http.StatusBadRequest, "SerializationException")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	output, code := a.carryOut(call)
	call.Code = code
	a.record(call)
	if code != "" {
		writeError(w, http.StatusBadRequest, code)
		return
	}
	_ = json.NewEncoder(w).Encode(output)
}

func (a *AWS) record(c Call) {
	if a.OnCall != nil {
		a.OnCall(c)
		return
	}
	a.calls = append(a.calls, c)
}

func (a *AWS) carryOut(c Call) (output any, code string) {
	if l := a.limits[c.Operation]; l != nil && !l.allow(c.At) {
		return nil, "ThrottlingException"
	}
	switch c.Operation {
	case "DescribeServices":
		return a.describeServices(c)
	case "UpdateService":
		return a.updateService(c)
	case "CreateLogStream":
		return a.createLogStream(c)
	}
	return nil, "UnknownOperationException"
}

func writeError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"__type":%q,"message":"made up by a test"}`, code)
}

// AddLogGroup creates a log group.
func (a *AWS) AddLogGroup(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.streams == nil {
		a.streams = map[string]map[string]bool{}
	}
	a.streams[name] = map[string]bool{}
}

func (a *AWS) createLogStream(c Call) (any, string) {
	group, _ := c.Input["logGroupName"].(string)
	stream, _ := c.Input["logStreamName"].(string)
	streams, found := a.streams[group]
	switch {
	case !found:
		return nil, "ResourceNotFoundException"
	case streams[stream]:
		return nil, "ResourceAlreadyExistsException"
	}
	streams[stream] = true
	return struct{}{}, ""
}

// Claim creates a log stream, as another invocation would.
func (a *AWS) Claim(group, stream string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.streams[group][stream] = true
}

// Tries returns the number of attempted calls of an operation, whether they
// arrived or not.
func (a *AWS) Tries(operation string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tries[operation]
}
