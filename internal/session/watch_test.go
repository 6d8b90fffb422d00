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

// invokeAt opens a session on a wire and reads a function; it returns how long that took.
func readFunction(t *testing.T, w *wire, told *notices) (time.Duration, error) {
	t.Helper()
	source := loaded(t, Options{HTTPClient: w})
	s, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: told.tell})
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	_, err = lambda.NewFromConfig(s.Config).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
	return time.Since(started), err
}

// toLambda applies to the calls of Lambda alone, which follow that of STS.
func toLambda(f func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Host, "lambda.") {
			return nil, nil //nolint:nilnil // the wire's own answer
		}
		return f(r)
	}
}

const fromLambda = "lambda:GetFunction at lambda.eu-west-1.amazonaws.com"

// A call that nobody answers ends after ten seconds, whatever else would be tried, and what is waited for is told once.
func TestSilence(t *testing.T) {
	home(t, "", nil)
	for _, test := range []struct {
		name   string
		lambda func(*http.Request) (*http.Response, error)
		want   string
	}{
		{"no answer at all", silent, "no answer from lambda.eu-west-1.amazonaws.com within 10s"},
		{"the connection breaks every three seconds", func(r *http.Request) (*http.Response, error) {
			if sleep(r, 3*time.Second) != nil {
				return silent(r)
			}
			return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New("connection refused")}
		}, "no answer from lambda.eu-west-1.amazonaws.com within 10s: connection refused"},
		{"an answer that stops", func(r *http.Request) (*http.Response, error) {
			answer := answer(http.StatusOK, "")
			answer.Body = io.NopCloser(reader(func([]byte) (int, error) { return 0, sleep(r, time.Hour) }))
			return answer, nil
		}, "no answer from lambda.eu-west-1.amazonaws.com within 10s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := &notices{}
				took, err := readFunction(t, &wire{before: toLambda(test.lambda)}, told)
				if took != 10*time.Second {
					t.Errorf("it took %s", took)
				}
				explained, ok := errors.AsType[*apperr.Error](apperr.Explain("reading function f", "", err))
				if !ok || explained.Message != "reading function f: "+test.want || len(explained.Hints) == 0 {
					t.Errorf("%+v of %v", explained, err)
				}
				told.want(t, fromLambda)
			})
		})
	}
}

// Whatever moves is waited for: throttling, a slow upload, a slow answer.
func TestNotSilent(t *testing.T) {
	home(t, "", nil)
	for _, test := range []struct {
		name   string
		lambda func(*http.Request) (*http.Response, error)
	}{
		{"throttling after nine seconds", func() func(*http.Request) (*http.Response, error) {
			tries := 0
			return func(r *http.Request) (*http.Response, error) {
				if tries++; tries == 4 {
					return answer(http.StatusOK, "{}"), nil
				}
				throttled := answer(http.StatusTooManyRequests, `{"message":"Rate exceeded"}`)
				throttled.Header.Set("X-Amzn-Errortype", "TooManyRequestsException")
				return throttled, sleep(r, 9*time.Second)
			}
		}()},
		{"an answer that comes by the byte", func(r *http.Request) (*http.Response, error) {
			rest := "{}"
			answer := answer(http.StatusOK, "")
			answer.Body = io.NopCloser(reader(func(p []byte) (int, error) {
				if rest == "" {
					return 0, io.EOF
				}
				p[0], rest = rest[0], rest[1:]
				return 1, sleep(r, 9*time.Second)
			}))
			return answer, nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := &notices{}
				took, err := readFunction(t, &wire{before: toLambda(test.lambda)}, told)
				if err != nil || took < 18*time.Second {
					t.Errorf("after %s: %v", took, err)
				}
				told.want(t, fromLambda)
			})
		})
	}
}

// A function's code is sent over a slow line: that takes longer than ten seconds, and is no silence.
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

// An invocation is answered when the function has ended; it is told of, and not ended.
func TestInvocationMayTakeLong(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		told := &notices{}
		w := &wire{before: toLambda(func(r *http.Request) (*http.Response, error) { return nil, sleep(r, 5*time.Minute) })}
		s, err := loaded(t, Options{HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{Waiting: told.tell})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lambda.NewFromConfig(s.Config).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f")}); err != nil {
			t.Error(err)
		}
		told.want(t, "lambda:InvokeFunction at lambda.eu-west-1.amazonaws.com")
	})
}

// Calls side by side that one host keeps waiting are told of once; a later one again.
func TestNoticeIsOnePerHost(t *testing.T) {
	home(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		told := &notices{}
		w := &wire{before: toLambda(func(r *http.Request) (*http.Response, error) { return nil, sleep(r, 5*time.Second) })}
		s, err := loaded(t, Options{HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{Waiting: told.tell})
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
		told.want(t, fromLambda, fromLambda)
	})
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// sleep waits, or until the request is given up.
func sleep(r *http.Request, d time.Duration) error {
	select {
	case <-r.Context().Done():
		return context.Cause(r.Context())
	case <-time.After(d):
		return nil
	}
}
