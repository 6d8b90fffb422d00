package api

import (
	"bytes"
	"cmp"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Config returns a configuration whose clients call the server without a socket: from any goroutine of this
// process, also inside a testing/synctest bubble.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       s.Options.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(cmp.Or(s.Options.AccessKey, "AKIALOCAL"), "local", ""),
		HTTPClient:   &http.Client{Transport: s},
		BaseEndpoint: aws.String("http://localaws.invalid"),
	}
}

// RoundTrip handles the request in the caller's goroutine. A connection cut by a fault is
// [io.ErrUnexpectedEOF].
func (s *Server) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	defer func() { err = closed(r.Body, err) }()
	defer func() {
		if cut := recover(); cut != nil {
			if cut != http.ErrAbortHandler { //nolint:errorlint // a panic's value
				panic(cut)
			}
			response, err = nil, io.ErrUnexpectedEOF
		}
	}()
	w := &recorder{status: http.StatusOK, header: http.Header{}}
	s.serve(w, r)
	return w.response(r), nil
}

// closed closes a request's body, as a RoundTripper must.
func closed(body io.Closer, err error) error {
	if e := body.Close(); err == nil {
		return e
	}
	return err
}

// recorder is an http.ResponseWriter that records the response.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header            { return w.header }
func (w *recorder) WriteHeader(status int)         { w.status = status }
func (w *recorder) Write(text []byte) (int, error) { return w.body.Write(text) }

func (w *recorder) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
