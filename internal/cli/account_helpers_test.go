package cli

import (
	"errors"
	"testing"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// needArchive skips the test if the function's archives are not built.
func needArchive(t *testing.T) {
	t.Helper()
	if _, err := embed.Archive("arm64"); errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
}

// useServer creates the services on a local AWS, makes this process and its children call it, and closes it after the test.
func useServer(t *testing.T, server *localaws.Server, services ...localaws.Service) {
	t.Helper()
	useEndpoint(t, serve(t, server, services...))
}

// serve creates the services on a local AWS, closes it after the test, and returns its URL.
func serve(t *testing.T, server *localaws.Server, services ...localaws.Service) string {
	t.Helper()
	t.Cleanup(func() { _ = server.Close() })
	if err := server.Seed(services...); err != nil {
		t.Fatal(err)
	}
	url, err := server.URL()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// useEndpoint makes this process and its children call AWS at this URL, without retries.
func useEndpoint(t *testing.T, url string) {
	t.Helper()
	testaws.SetHome(t, "", map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_DEFAULT_REGION": "eu-west-1",
	})
}
