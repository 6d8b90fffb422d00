package handlertest

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// StartMoto starts a moto server, an AWS written by others, on a free port and
// with these variables in its environment. It returns the configuration of
// clients of it, and skips the test where there is no moto_server.
func StartMoto(tb testing.TB, env ...string) aws.Config {
	tb.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		tb.Skip("moto_server is not on the PATH: pip install 'moto[server]'")
	}
	host, port, err := net.SplitHostPort(freeAddress(tb))
	if err != nil {
		tb.Fatal(err)
	}
	server := exec.CommandContext(tb.Context(), program, "-H", host, "-p", port)
	server.Env = append(os.Environ(), env...)
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Wait() }) // the test's context has ended it
	url := "http://" + net.JoinHostPort(host, port)
	await(tb, url+"/moto-api/")
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	}
}

func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// await returns once something answers at a URL.
func await(tb testing.TB, url string) {
	tb.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			tb.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			return
		}
	}
	tb.Fatalf("nothing answers at %s", url)
}
