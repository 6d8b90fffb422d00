package session

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// readFunction opens a session on a wire and reads a function; it returns how long that took.
func readFunction(t *testing.T, w *wire, reported *notices) (time.Duration, error) {
	t.Helper()
	source := loaded(t, Options{HTTPClient: w})
	s, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add})
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	_, err = lambda.NewFromConfig(s.Config).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
	return time.Since(started), err
}

// toLambda applies f to the calls of Lambda, which follow that of STS.
func toLambda(f func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Host, "lambda.") {
			return nil, nil //nolint:nilnil // the wire's default response
		}
		return f(r)
	}
}

const fromLambda = "lambda:GetFunction at lambda.eu-west-1.amazonaws.com"

// A call without a response ends after ten seconds, regardless of retries, and the wait is reported once.
func TestTimeoutWithoutResponse(t *testing.T) {
	home(t, "", nil)
	for _, test := range []struct {
		name   string
		lambda func(*http.Request) (*http.Response, error)
		want   string
	}{
		{"no response at all", neverResponds, "no response from lambda.eu-west-1.amazonaws.com within 10s"},
		{"the connection breaks every three seconds", func(r *http.Request) (*http.Response, error) {
			if sleep(r, 3*time.Second) != nil {
				return neverResponds(r)
			}
			return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New("connection refused")}
		}, "no response from lambda.eu-west-1.amazonaws.com within 10s: connection refused"},
		{"a response that stops", func(r *http.Request) (*http.Response, error) {
			response := response(http.StatusOK, "")
			response.Body = io.NopCloser(reader(func([]byte) (int, error) { return 0, sleep(r, time.Hour) }))
			return response, nil
		}, "no response from lambda.eu-west-1.amazonaws.com within 10s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reported := &notices{}
				took, err := readFunction(t, &wire{before: toLambda(test.lambda)}, reported)
				if took != 10*time.Second {
					t.Errorf("it took %s", took)
				}
				explained, ok := errors.AsType[*apperr.Error](apperr.Explain("reading function f", "", err))
				if !ok || explained.Message != "reading function f: "+test.want || len(explained.Hints) == 0 {
					t.Errorf("%+v of %v", explained, err)
				}
				reported.want(t, fromLambda)
			})
		})
	}
}

// Any activity extends the time limit: throttling, a slow upload, a slow response.
func TestActivityExtendsTimeout(t *testing.T) {
	home(t, "", nil)
	for _, test := range []struct {
		name   string
		lambda func(*http.Request) (*http.Response, error)
	}{
		{"throttling after nine seconds", func() func(*http.Request) (*http.Response, error) {
			tries := 0
			return func(r *http.Request) (*http.Response, error) {
				if tries++; tries == 4 {
					return response(http.StatusOK, "{}"), nil
				}
				throttled := response(http.StatusTooManyRequests, `{"message":"Rate exceeded"}`)
				throttled.Header.Set("X-Amzn-Errortype", "TooManyRequestsException")
				return throttled, sleep(r, 9*time.Second)
			}
		}()},
		{"a response that comes by the byte", func(r *http.Request) (*http.Response, error) {
			rest := "{}"
			response := response(http.StatusOK, "")
			response.Body = io.NopCloser(reader(func(p []byte) (int, error) {
				if rest == "" {
					return 0, io.EOF
				}
				p[0], rest = rest[0], rest[1:]
				return 1, sleep(r, 9*time.Second)
			}))
			return response, nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reported := &notices{}
				took, err := readFunction(t, &wire{before: toLambda(test.lambda)}, reported)
				if err != nil || took < 18*time.Second {
					t.Errorf("after %s: %v", took, err)
				}
				reported.want(t, fromLambda)
			})
		})
	}
}

// Uploading a function's code over a slow line takes longer than ten seconds without a timeout.
func TestSlowUpload(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		w := &wire{before: toLambda(func(r *http.Request) (*http.Response, error) {
			_, err := io.Copy(io.Discard, reader(func(part []byte) (int, error) {
				if err := sleep(r, 9*time.Second); err != nil {
					return 0, err
				}
				return r.Body.Read(part[:100])
			}))
			return nil, err
		})}
		s, err := loaded(t, Options{HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{})
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		_, err = lambda.NewFromConfig(s.Config).UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("f"), ZipFile: make([]byte, 600)})
		if took := time.Since(started); err != nil || took < 60*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// Invoke responds when the function has ended: the wait is reported but not limited.
func TestInvocationMayTakeLong(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		reported := &notices{}
		w := &wire{before: toLambda(func(r *http.Request) (*http.Response, error) { return nil, sleep(r, 5*time.Minute) })}
		s, err := loaded(t, Options{HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lambda.NewFromConfig(s.Config).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f")}); err != nil {
			t.Error(err)
		}
		reported.want(t, "lambda:InvokeFunction at lambda.eu-west-1.amazonaws.com")
	})
}

// Concurrent calls to a slow host are reported once; a later call is reported again.
func TestNoticeIsOnePerHost(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		reported := &notices{}
		w := &wire{before: toLambda(func(r *http.Request) (*http.Response, error) { return nil, sleep(r, 5*time.Second) })}
		s, err := loaded(t, Options{HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add})
		if err != nil {
			t.Fatal(err)
		}
		client := lambda.NewFromConfig(s.Config)
		read := func() {
			if _, err := client.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")}); err != nil {
				t.Error(err)
			}
		}
		for range 3 {
			go read()
		}
		time.Sleep(time.Minute)
		read()
		reported.want(t, fromLambda, fromLambda)
	})
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// sleep waits for d, or until the request is canceled.
func sleep(r *http.Request, d time.Duration) error {
	select {
	case <-r.Context().Done():
		return context.Cause(r.Context())
	case <-time.After(d):
		return nil
	}
}

// A call does not end while its notice is being printed, which must not be mixed with later output.
func TestNoticeEndsBeforeTheCall(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		source := loaded(t, Options{HTTPClient: &wire{before: toLambda(func(r *http.Request) (*http.Response, error) {
			return nil, sleep(r, 2500*time.Millisecond)
		})}})
		printed := false
		s, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: func(string) {
			time.Sleep(time.Second)
			printed = true
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = lambda.NewFromConfig(s.Config).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
		if !printed {
			t.Error("the notice is still being printed")
		}
	})
}

// With Patient, a call may take any time, and no notice is given.
func TestPatient(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		reported := &notices{}
		source := loaded(t, Options{Patient: true, HTTPClient: &wire{before: toLambda(func(r *http.Request) (*http.Response, error) {
			return nil, sleep(r, time.Hour)
		})}})
		s, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lambda.NewFromConfig(s.Config).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")}); err != nil {
			t.Error(err)
		}
		reported.want(t)
	})
}
