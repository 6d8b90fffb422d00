package lambda

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func TestAZipHasItsLimit(t *testing.T) {
	f := newFunction(&Service{region: &api.Region{Server: api.New(api.Options{}), Name: "us-east-1"}}, "f")
	if err := f.setCode(make([]byte, zipLimit+1), nil); err == nil || !strings.Contains(err.Error(), "Zipped size must be smaller than 52428800 bytes") {
		t.Error(err)
	}
}

// Closing a server again, during or after Close, returns the same result.
func TestCloseMayBeCalledAgain(t *testing.T) {
	s := api.New(api.Options{})
	host := NewHost(s, Options{})
	s.Lock()
	_, err := host.codeFolder()
	s.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	for range 8 {
		go func() { closed <- s.Close() }()
	}
	for range 8 {
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}
