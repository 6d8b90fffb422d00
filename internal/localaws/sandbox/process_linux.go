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

// process is a sandbox whose function is a process of its own, behind a Runtime API of its own.
type process struct {
	api    *runtimeAPI
	web    *http.Server
	pid    int
	output *os.File // the end that the process writes to; held open to send marks through
	marks  chan struct{}
	exited chan struct{}
	err    error // how it exited
	ready  bool  // it has asked for its next event
}

// Start runs the bootstrap in a folder, with this environment and what the Runtime API adds to it. Its output goes to log
// line by line.
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

// run starts the process and waits for its end, on one thread all the time: the kernel ends a child with Pdeathsig when
// the thread that made it ends.
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
	p.kill() // what it started itself
	close(p.exited)
}

// startCommand tries again while the file is "busy": another process, forked while we wrote it, may hold it open for a
// moment (golang.org/issue/22315).
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

// mark goes through the pipe behind everything that the process has written: where it arrives, all of that has.
const mark = "\x00\x00 end of invocation \x00\x00"

// copyOutput takes line by line to the log, until Close closes the pipe.
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

// drain waits until everything that the process has printed is in the log.
func (p *process) drain() {
	if _, err := p.output.WriteString("\n" + mark + "\n"); err == nil {
		<-p.marks
	}
}

// Invoke lets the process work on the event.
func (p *process) Invoke(ctx context.Context, e Event) Outcome {
	out := p.exchange(ctx, e)
	if out.Broken {
		p.kill()
		<-p.exited
	}
	p.drain()
	return out
}

// exchange waits until the process is ready, hands it the event, takes its answer, and waits until it is ready again:
// only then the invocation is over.
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

// await receives from the runtime API, or gives the outcome where the process or the time ends before.
func await[T any](ctx context.Context, p *process, e Event, from <-chan T) (got T, failed *Outcome) {
	var out Outcome
	select {
	case got = <-from:
		return got, nil
	case <-p.exited:
		out = p.crashed(e)
	case <-ctx.Done():
		out = timedOut(e)
	}
	return got, &out
}

// crashed is what Lambda answers when the process has ended in the middle.
func (p *process) crashed(e Event) Outcome {
	if p.err == nil {
		return Failure(e, "Runtime.ExitError", "Runtime exited without providing a reason")
	}
	return Failure(e, "Runtime.ExitError", "Runtime exited with error: "+p.err.Error())
}

// kill ends the process and all of its group.
func (p *process) kill() {
	_ = syscall.Kill(-p.pid, syscall.SIGKILL) // an error says that nobody is left
}

// Close ends the process with all that it started.
func (p *process) Close() {
	select {
	case <-p.exited: // its id may be another's by now
	default:
		p.kill()
		<-p.exited
	}
	_ = p.web.Close()
	_ = p.output.Close()
}
