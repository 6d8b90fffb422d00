package sandbox

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// process is a sandbox with a separate process for the function, behind its own Runtime API.
type process struct {
	api    *runtimeAPI
	web    *http.Server
	pid    int
	output *os.File // the pipe's write end; kept open to send marks
	marks  chan struct{}
	exited chan struct{}
	err    error // of the process
	ready  bool  // it has requested its next event
}

// Start runs the bootstrap in a folder, with this environment and the variables of the Runtime API. Its
// output is written to log line by line.
func Start(ctx context.Context, root string, env map[string]string, log io.Writer) (Sandbox, error) {
	if _, err := os.Stat(filepath.Join(root, "bootstrap")); err != nil {
		return nil, errors.New("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]") //nolint:staticcheck // Lambda's words
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the runtime API: %w", err)
	}
	p := &process{api: newRuntimeAPI(), marks: make(chan struct{}), exited: make(chan struct{})}
	secret := rand.Text()
	p.web = &http.Server{Handler: p.api.handler(secret), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.web.Serve(l) }() // ends with Close
	variables := []string{"LAMBDA_TASK_ROOT=" + root, "LAMBDA_RUNTIME_DIR=/var/runtime", "AWS_LAMBDA_RUNTIME_API=" + l.Addr().String() + "/" + secret}
	for name, value := range env {
		variables = append(variables, name+"="+value)
	}
	if err := p.start(root, variables, log); err != nil {
		return nil, errors.Join(err, p.web.Close())
	}
	return p, nil
}

// start runs the bootstrap with its output going to log.
func (p *process) start(root string, env []string, log io.Writer) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("making a pipe: %w", err)
	}
	p.output = write
	started := make(chan error)
	go p.run(root, env, started)
	if err := <-started; err != nil {
		return errors.Join(err, read.Close(), write.Close())
	}
	go p.copyOutput(read, log)
	return nil
}

// run starts the process and waits for it, always on the same thread: the kernel ends a child with Pdeathsig
// when the thread that created it ends.
func (p *process) run(root string, env []string, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(filepath.Join(root, "bootstrap")) //nolint:noctx // its end is the sandbox's, see Close
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = root, env, p.output, p.output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	err := startCommand(cmd)
	if err == nil {
		p.pid = cmd.Process.Pid
	}
	started <- err
	if err != nil {
		return
	}
	p.err = cmd.Wait()
	p.kill() // its own children
	close(p.exited)
}

// startCommand retries while the file is "busy": a process forked while the file was written may briefly keep
// it open (golang.org/issue/22315).
func startCommand(cmd *exec.Cmd) error {
	for range 50 {
		err := cmd.Start()
		if !errors.Is(err, syscall.ETXTBSY) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return syscall.ETXTBSY
}

// mark is sent through the pipe after the process's output: when it arrives, so has all output.
const mark = "\x00\x00 end of invocation \x00\x00"

// copyOutput copies the output to the log line by line, until Close closes the pipe.
func (p *process) copyOutput(read *os.File, log io.Writer) {
	defer read.Close()
	lines := bufio.NewReader(read)
	for {
		line, err := lines.ReadString('\n')
		if line == mark+"\n" {
			p.marks <- struct{}{}
		} else {
			_, _ = log.Write([]byte(line))
		}
		if err != nil {
			close(p.marks)
			return
		}
	}
}

// drain waits until all output of the process is in the log.
func (p *process) drain() {
	if _, err := p.output.WriteString("\n" + mark + "\n"); err == nil {
		<-p.marks
	}
}

// Invoke passes the event to the process.
func (p *process) Invoke(ctx context.Context, e Event) Outcome {
	out := p.exchange(ctx, e)
	if out.Broken {
		p.kill()
		<-p.exited
	}
	p.drain()
	return out
}

// exchange waits until the process is ready, passes it the event, receives its response, and waits until it
// is ready again, which ends the invocation.
func (p *process) exchange(ctx context.Context, e Event) Outcome {
	if !p.ready {
		if _, failed := await(ctx, p, e, p.api.idle); failed != nil {
			return *failed
		}
	}
	p.api.next <- e
	out, failed := await(ctx, p, e, p.api.done)
	if failed != nil {
		return *failed
	}
	_, failed = await(ctx, p, e, p.api.idle)
	p.ready, out.Broken = failed == nil, failed != nil
	return out
}

// await receives from the Runtime API, or returns the outcome if the process or the time ends first.
func await[T any](ctx context.Context, p *process, e Event, from <-chan T) (got T, failed *Outcome) {
	var out Outcome
	select {
	case got = <-from:
		return got, nil
	case <-p.exited:
		select {
		case got = <-from: // sent before it exited
			return got, nil
		default:
		}
		out = p.crashed(e)
	case <-ctx.Done():
		out = timedOut(e)
	}
	return got, &out
}

// crashed returns Lambda's outcome for a process that exited during the invocation.
func (p *process) crashed(e Event) Outcome {
	if p.err == nil {
		return Failure(e, "Runtime.ExitError", "Runtime exited without providing a reason")
	}
	return Failure(e, "Runtime.ExitError", "Runtime exited with error: "+p.err.Error())
}

// kill ends the process and its group.
func (p *process) kill() {
	_ = syscall.Kill(-p.pid, syscall.SIGKILL) // an error means that none is left
}

// Close ends the process and everything it started.
func (p *process) Close() {
	select {
	case <-p.exited: // its ID may have been reused
	default:
		p.kill()
		<-p.exited
	}
	_ = p.web.Close()
	_ = p.output.Close()
}
