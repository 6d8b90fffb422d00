package cli_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// roundTrip is the latency added to every call in the benchmark.
const roundTrip = 50 * time.Millisecond

// line is a command line and its name in the table.
type line struct {
	name string
	args []string
}

// BenchmarkInstaller prints the cost of the binary's commands at a round trip of 50 ms and, if Terraform and its aws provider
// are installed, of the same resources with Terraform. Both run on moto, each in its own account. If moto is not installed,
// the binary runs on localaws.
func BenchmarkInstaller(b *testing.B) {
	if err := shared.binaries(); err != nil {
		b.Skip(err)
	}
	_, without := shared.moto()
	for b.Loop() {
		fmt.Println("\n| command | calls | writes | round trips deep | wall time |\n|---|---:|---:|---:|---:|")
		benchTool(b, 5, b.TempDir(), filepath.Join(shared.folder, "spothandler"), []line{
			{"spothandler install", []string{"install", "--prefix", "prod"}},
			{"spothandler install, again", []string{"install", "--prefix", "prod"}},
			{"spothandler status", []string{"status", "--prefix", "prod"}},
			{"spothandler uninstall", []string{"uninstall", "--prefix", "prod", "--yes"}},
			{"spothandler version", []string{"version"}},
		})
		var folder string
		if without == nil {
			folder, without = terraformFolder(b)
		}
		if without != nil {
			fmt.Println("\nno comparison with terraform:", without)
			continue
		}
		benchTool(b, 3, folder, "terraform", []line{
			{"terraform apply", []string{"apply", "-auto-approve"}},
			{"terraform apply, again", []string{"apply", "-auto-approve"}},
			{"terraform plan", []string{"plan"}},
			{"terraform destroy", []string{"destroy", "-auto-approve"}},
		})
	}
}

// benchTool runs the life cycle of an installation several times, and prints the median of each command.
func benchTool(b *testing.B, times int, folder, tool string, life []line) {
	b.Helper()
	aws := newDistantAWS(b)
	costs := make([][]cost, len(life))
	for range times {
		for i, command := range life {
			costs[i] = append(costs[i], aws.measure(b, folder, tool, command.args))
		}
	}
	for i, command := range life {
		slices.SortFunc(costs[i], func(a, b cost) int { return cmp.Compare(a.wall, b.wall) })
		c := costs[i][times/2]
		fmt.Printf("| `%s` | %d | %d | %d | %.2f s |\n", command.name, c.calls, c.writes, c.deep, c.wall.Seconds())
	}
}

// cost is the cost of a run.
type cost struct {
	calls, writes, deep int
	wall                time.Duration
}

// distantAWS is an account with added latency.
type distantAWS struct {
	server *httptest.Server
	proxy  *testaws.Proxy

	mu    sync.Mutex
	spans []span // of the calls
}

type span struct{ began, ended time.Time }

func newDistantAWS(b *testing.B) *distantAWS {
	b.Helper()
	var backend testaws.Backend
	if _, err := shared.moto(); err == nil {
		backend = newMoto(nil)
	} else {
		backend = serveLocal(func(f func()) { b.Cleanup(f) }, localaws.Options{Delays: &localaws.Delays{}})
	}
	d := &distantAWS{proxy: testaws.NewProxy(backend)}
	b.Cleanup(d.proxy.Close)
	near, err := url.Parse(d.proxy.URL())
	if err != nil {
		panic(err) // the proxy's own
	}
	onward := httputil.NewSingleHostReverseProxy(near)
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		time.Sleep(roundTrip)
		onward.ServeHTTP(w, r)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.spans = append(d.spans, span{began, time.Now()})
	}))
	b.Cleanup(d.server.Close)
	return d
}

// measure runs a command, which must succeed, and returns its cost.
func (d *distantAWS) measure(b *testing.B, folder, tool string, args []string) cost {
	b.Helper()
	d.proxy.Forget()
	d.spans = nil
	cmd := exec.CommandContext(b.Context(), tool, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+d.server.URL, "AWS_REGION="+region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_EC2_METADATA_DISABLED=true")
	began := time.Now()
	if output, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %v: %v\n%s", tool, args, err, output)
	}
	c := cost{wall: time.Since(began)}
	for _, call := range d.proxy.Calls() {
		c.calls++
		if call.Write() && !strings.HasPrefix(call.Action, "GET ") { // the proxy names only what the binary calls
			c.writes++
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c.deep = deep(d.spans)
	return c
}

// deep returns the length of the longest chain of sequential calls.
func deep(spans []span) int {
	slices.SortFunc(spans, func(a, b span) int { return a.began.Compare(b.began) })
	depths := make([]int, len(spans))
	longest := 0
	for i, s := range spans {
		for j := range i {
			if !spans[j].ended.After(s.began) {
				depths[i] = max(depths[i], depths[j])
			}
		}
		depths[i]++
		longest = max(longest, depths[i])
	}
	return longest
}

// terraformFolder returns a folder with a Terraform configuration of the same resources. The environment selects the source
// of the provider (TF_CLI_ARGS_init, TF_CLI_CONFIG_FILE).
func terraformFolder(b *testing.B) (string, error) {
	b.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		return "", errors.New("terraform is not on the PATH")
	}
	folder := b.TempDir()
	zip, err := embed.Archive("arm64")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile("testdata/same.tf")
	if err != nil {
		return "", err
	}
	if err := errors.Join(
		os.WriteFile(filepath.Join(folder, "main.tf"), text, 0o600),
		os.WriteFile(filepath.Join(folder, "arm64.zip"), zip, 0o600),
	); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	initialise := exec.CommandContext(ctx, "terraform", "init", "-input=false", "-no-color")
	initialise.Dir = folder
	if output, err := initialise.CombinedOutput(); err != nil {
		return "", fmt.Errorf("its aws provider cannot be had: terraform init: %w\n%s", err, output)
	}
	return folder, nil
}
