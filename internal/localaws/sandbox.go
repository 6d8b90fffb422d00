package localaws

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// sandbox is one place where a function runs, one invocation at a time.
type sandbox interface {
	// invoke gives how the invocation ended; ctx ends at the function's timeout.
	invoke(ctx context.Context, inv invocation) outcome
	close()
}

// run does one invocation in a sandbox, an idle one where there is one, and gives the last 4 KB of its log as well.
// An error is a refusal: the function was not invoked.
func (f *function) run(inv invocation) (outcome, string, error) {
	s := f.region.server
	box, err := f.acquire()
	if err != nil {
		return outcome{}, "", err
	}
	inv.functionARN, inv.timeout = box.conf.FunctionArn, time.Duration(box.conf.Timeout)*time.Second
	inv.deadline = time.Now().Add(inv.timeout)
	ctx, cancel := context.WithDeadline(s.ctx, inv.deadline)
	defer cancel()
	box.log.begin()
	box.log.platform("start", obj{"requestId": inv.id, "functionArn": inv.functionARN, "version": "$LATEST"})
	started := time.Now()
	out := box.do(ctx, inv)
	box.log.platform("report", obj{
		"requestId": inv.id, "functionArn": inv.functionARN, "status": out.status,
		"metrics": obj{
			"durationMs": milliseconds(time.Since(started)), "billedDurationMs": time.Since(started).Milliseconds() + 1,
			"memorySizeMB": box.conf.MemorySize,
		},
	})
	tail := box.log.end()
	f.release(box, out.broken)
	return out, tail, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cell is a sandbox with what it was made of.
type cell struct {
	sandbox
	conf  configuration
	code  *code
	epoch int
	log   *sandboxLog
	env   map[string]string
	serv  *Server
}

// do starts the sandbox where it is new, and invokes.
func (b *cell) do(ctx context.Context, inv invocation) outcome {
	if b.sandbox == nil {
		started, err := b.start()
		if err != nil {
			return failure(inv.id, "Runtime.InvalidEntrypoint", err.Error())
		}
		b.sandbox = started
		b.serv.keep(started)
	}
	return b.invoke(ctx, inv)
}

func (b *cell) start() (sandbox, error) {
	if b.serv.opts.InProcess != nil {
		return startInProcess(b.serv.opts.InProcess, b.env, b.log)
	}
	return startProcess(b)
}

// keep notes a sandbox for Close to end.
func (s *Server) keep(box sandbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.boxes[box] = true
}

// end closes the sandbox where it was started, once.
func (b *cell) end() {
	b.serv.mu.Lock()
	open := b.serv.boxes[b.sandbox]
	delete(b.serv.boxes, b.sandbox)
	b.serv.mu.Unlock()
	if open {
		b.close()
	}
}

// acquire reserves a place for an execution and gives an idle sandbox, or a new one that is not started.
func (f *function) acquire() (*cell, error) {
	s := f.region.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || f.gone() {
		return nil, notFound("Function not found: %s", f.conf.FunctionArn)
	}
	if err := f.invocable(); err != nil {
		return nil, err
	}
	if err := f.reserve(); err != nil {
		return nil, err
	}
	s.work.Add(1) // Close waits for every execution; release is its end
	if n := len(f.idle); n > 0 {
		box := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return box, nil
	}
	stream := time.Now().UTC().Format("2006/01/02/") + "[$LATEST]" + randomHex(32)
	box := &cell{conf: f.conf, epoch: f.epoch, serv: s, log: &sandboxLog{service: f.region.logs, conf: f.conf, stream: stream}}
	box.code = s.codeOf(f)
	box.env = f.environment(stream)
	return box, nil
}

// release gives the place back, and keeps the sandbox for the next invocation unless it is broken or outdated.
func (f *function) release(box *cell, broken bool) {
	s := f.region.server
	defer s.work.Done()
	s.mu.Lock()
	f.running--
	keep := !broken && !s.closed && box.epoch == f.epoch && f.goneAt.IsZero()
	if keep {
		f.idle = append(f.idle, box)
	}
	s.mu.Unlock()
	if !keep {
		box.end()
	}
}

// discard ends all idle sandboxes: the function has changed or gone. The lock must be held.
func (f *function) discard() {
	f.epoch++
	idle := f.idle
	f.idle = nil
	for _, box := range idle {
		f.region.server.background(box.end)
	}
}

// environment is what Lambda gives a function, with the function's own variables.
func (f *function) environment(stream string) map[string]string {
	s, conf := f.region.server, f.conf
	key := "ASIA" + strings.ToUpper(randomHex(16))
	role := afterLast(conf.Role, "/")
	s.sessions[key] = f.region.globalARN("sts", "assumed-role/"+role+"/"+conf.FunctionName)
	env := map[string]string{
		"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC", "_HANDLER": conf.Handler,
		"AWS_REGION": f.region.name, "AWS_DEFAULT_REGION": f.region.name,
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
		"AWS_LAMBDA_FUNCTION_NAME": conf.FunctionName, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": itoa(conf.MemorySize), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME": conf.LoggingConfig.LogGroup, "AWS_LAMBDA_LOG_STREAM_NAME": stream,
		"AWS_LAMBDA_LOG_FORMAT": conf.LoggingConfig.LogFormat,
	}
	if level := conf.LoggingConfig.ApplicationLogLevel; level != "" {
		env["AWS_LAMBDA_LOG_LEVEL"] = level
	}
	if s.url != "" {
		env["AWS_ENDPOINT_URL"] = s.url
	}
	if conf.Environment != nil {
		for k, v := range conf.Environment.Variables {
			env[k] = v
		}
	}
	return env
}

// sandboxLog takes a sandbox's log lines to the function's log group.
type sandboxLog struct {
	service *logsService
	conf    configuration
	stream  string

	mu   sync.Mutex
	tail strings.Builder
	rest string // a line that has not ended yet
}

// tailLimit is how much of its log an invocation may give back.
const tailLimit = 4096

// Write takes what the function prints, in any pieces.
func (l *sandboxLog) Write(text []byte) (int, error) {
	l.mu.Lock()
	lines := strings.Split(l.rest+string(text), "\n")
	l.rest = lines[len(lines)-1]
	l.mu.Unlock()
	for _, line := range lines[:len(lines)-1] {
		l.line(line)
	}
	return len(text), nil
}

// line writes one log event, as Lambda does for every line of output.
func (l *sandboxLog) line(text string) {
	if text == "" {
		return
	}
	l.mu.Lock()
	l.tail.WriteString(text + "\n")
	l.mu.Unlock()
	server := l.service.region.server
	server.mu.Lock()
	defer server.mu.Unlock()
	if l.service.mayLog(l.conf.Role, l.conf.LoggingConfig.LogGroup, l.stream) {
		l.service.write(l.conf.LoggingConfig.LogGroup, l.stream, text)
	}
}

// begin forgets the log of the invocation before.
func (l *sandboxLog) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail.Reset()
}

// end gives the end of the invocation's log, after a last line without line end.
func (l *sandboxLog) end() string {
	l.mu.Lock()
	rest := l.rest
	l.rest = ""
	l.mu.Unlock()
	l.line(rest)
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.tail.String()
	return text[max(0, len(text)-tailLimit):]
}

// platform writes Lambda's own record of an invocation, in the format that the function's logging configuration asks for.
func (l *sandboxLog) platform(kind string, record obj) {
	if l.conf.LoggingConfig.LogFormat == "JSON" {
		text, err := json.Marshal(obj{
			"time": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "type": "platform." + kind, "record": record,
		})
		if err == nil && l.conf.LoggingConfig.SystemLogLevel != "WARN" {
			l.line(string(text))
		}
		return
	}
	if kind == "start" {
		l.line(fmt.Sprintf("START RequestId: %s Version: $LATEST", record["requestId"]))
		return
	}
	l.line(fmt.Sprintf("END RequestId: %s", record["requestId"]))
	l.line(fmt.Sprintf("REPORT RequestId: %s\tStatus: %s", record["requestId"], record["status"]))
}
