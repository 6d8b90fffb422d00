package testaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"time"
)

// ErrNoMoto is returned by [StartMoto] if moto_server is not on the PATH.
var ErrNoMoto = errors.New("moto_server is not on the PATH: pip install 'moto[server]'")

// StartMoto starts a moto server, an independent implementation of AWS, on a free loopback port, and returns
// its URL as soon as it responds. stop ends the server and waits for it: otherwise a test binary that exits
// right after would leave it running.
func StartMoto(ctx context.Context, environment ...string) (url string, stop func(), err error) {
	path, err := exec.LookPath("moto_server")
	if err != nil {
		return "", nil, ErrNoMoto
	}
	port, err := freePort(ctx)
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	server := exec.CommandContext(ctx, path, "-H", "127.0.0.1", "-p", strconv.Itoa(port))
	server.Env = append(server.Environ(), environment...)
	if err := server.Start(); err != nil {
		cancel()
		return "", nil, fmt.Errorf("starting moto: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait() // it is always killed
		close(ended)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	url = fmt.Sprintf("http://127.0.0.1:%d", port)
	for {
		if responds(ctx, url+"/moto-api/") {
			return url, stop, nil
		}
		select {
		case <-ended:
			cancel()
			return "", nil, errors.New("moto ended before it responded")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	address, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("looking for a free port: %s is no TCP address", l.Addr())
	}
	return address.Port, nil
}

func responds(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
