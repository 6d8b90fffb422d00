package testaws

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
)

// ErrNoMoto is returned by [StartMoto] if moto_server is not on the PATH.
var ErrNoMoto = errors.New("moto_server is not on the PATH: pip install 'moto[server]'")

// StartMoto starts a moto server, an independent implementation of AWS, on a loopback port that the system
// assigns, and returns its URL as soon as it responds. stop ends the server and waits for it: otherwise a test binary
// that exits right after would leave it running.
func StartMoto(ctx context.Context, environment ...string) (url string, stop func(), err error) {
	path, err := exec.LookPath("moto_server")
	if err != nil {
		return "", nil, ErrNoMoto
	}
	ctx, cancel := context.WithCancel(ctx)
	server := exec.CommandContext(ctx, path, "-H", "127.0.0.1", "-p", "0")
	server.Env = append(Environ(), environment...)
	log, err := server.StderrPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		cancel()
		return "", nil, fmt.Errorf("starting moto: %w", err)
	}
	url, err = motoAddress(log)
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, log) // a line for every request
		_ = server.Wait()               // it is always killed
		close(ended)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	if err == nil {
		err = get(ctx, url+"/moto-api/")
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("starting moto: %w", err)
	}
	return url, stop, nil
}

// motoAddress reads moto's log up to the URL of the port that the system has assigned to it.
func motoAddress(log io.Reader) (string, error) {
	var read strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); url != "" {
			return url, nil
		}
		read.WriteString(lines.Text() + "\n")
	}
	return "", fmt.Errorf("it ended with\n%s", read.String())
}

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return nil
}
