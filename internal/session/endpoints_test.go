package session

import (
	"slices"
	"testing"
)

// Secrets in an endpoint's URL are never shown.
func TestEndpointsAreMasked(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:4566":                       "http://127.0.0.1:4566",
		"https://ana:hunter2@aws.example.com/base":    "https://***@aws.example.com/base",
		"https://token@aws.example.com?key=hunter2#x": "https://***@aws.example.com?***",
		"http://ana:hunter 2@aws.example.com":         "***@aws.example.com",
		"ana:hunter2@aws.example.com":                 "***@aws.example.com",
		"localhost:4566":                              "localhost:4566",
	} {
		if got := MaskURL(url); got != want {
			t.Errorf("%s is shown as %s, want %s", url, got, want)
		}
	}
}

// Unencrypted calls over a network cause a warning; calls to the local machine, as with local clouds, do not.
func TestUnencryptedEndpoints(t *testing.T) {
	const warning = "calls to http://***@10.0.0.5:4566 are not encrypted: anyone on the network path can read and change them, including session tokens"
	for url, want := range map[string][]string{
		"http://127.0.0.1:4566":             nil,
		"http://[::1]:4566":                 nil,
		"http://localhost:4566":             nil,
		"http://aws.localhost:4566":         nil,
		"https://aws.example.com":           nil,
		"http://ana:hunter2@10.0.0.5:4566":  {warning},
		"http://localhost.example.com:4566": {"calls to http://localhost.example.com:4566 are not encrypted: anyone on the network path can read and change them, including session tokens"},
	} {
		home(t, "", map[string]string{"AWS_ENDPOINT_URL": url})
		s := &Session{source: loaded(t, Options{})}
		if got := s.Warnings(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", url, got)
		}
	}
}
