package lambda

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// run passes an event to a sandbox, preferably an idle one, and also returns the last 4 KB of its log. An
// error means that the function was not invoked.
func (f *function) run(e sandbox.Event) (sandbox.Outcome, string, error) {
	box, err := f.acquire()
	if err != nil {
		return sandbox.Outcome{}, "", err
	}
	started := time.Now()
	e.FunctionARN, e.Timeout = box.conf.FunctionArn, time.Duration(box.conf.Timeout)*time.Second
	e.Deadline = started.Add(e.Timeout)
	ctx, cancel := context.WithDeadline(box.ctx, e.Deadline)
	defer cancel()
	box.output.platform("start", api.Obj{"requestId": e.ID, "functionArn": e.FunctionARN, "version": "$LATEST"})
	out := f.service.host.invoke(ctx, box, e)
	took := time.Since(started)
	box.output.platform("report", api.Obj{
		"requestId": e.ID, "functionArn": e.FunctionARN, "status": out.Status,
		"metrics": api.Obj{
			"durationMs": float64(took.Microseconds()) / 1000, "billedDurationMs": took.Milliseconds() + 1, "memorySizeMB": box.conf.MemorySize,
		},
	})
	tail := box.output.end()
	f.release(box, out.Broken)
	if invoked := f.service.host.opts.Invoked; invoked != nil {
		invoked(InvocationResult{Function: box.conf.FunctionName, Payload: out.Payload, Failed: out.Failed(), Took: took})
	}
	return out, tail, nil
}

// acquire reserves an execution and returns an idle sandbox, or a new one that is not started.
func (f *function) acquire() (*cell, error) {
	s := f.service.region.Server
	s.Lock()
	defer s.Unlock()
	if s.Closed() || f.gone() {
		return nil, notFound("Function not found: %s", f.conf.FunctionArn)
	}
	if err := f.invocable(); err != nil {
		return nil, err
	}
	if err := f.reserve(); err != nil {
		return nil, err
	}
	s.Work().Add(1) // Close waits for every execution; release ends it
	if n := len(f.idle); n > 0 {
		box := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return box, nil
	}
	stream := time.Now().UTC().Format("2006/01/02/") + "[$LATEST]" + api.RandomHex(32)
	box := &cell{
		conf: f.conf, code: f.service.host.codeOf(f.conf, f.code), epoch: f.epoch, env: f.environment(stream),
		output: &output{server: s, logs: f.service.needs.Logs, conf: f.conf, stream: stream},
	}
	box.ctx, box.end = context.WithCancel(s.Context())
	return box, nil
}

// release frees the execution, and keeps the sandbox for the next invocation unless it is broken or outdated.
func (f *function) release(box *cell, broken bool) {
	s := f.service.region.Server
	defer s.Work().Done()
	s.Lock()
	defer s.Unlock()
	f.running--
	if broken || box.epoch != f.epoch {
		box.end()
		return
	}
	f.idle = append(f.idle, box)
}

// environment returns the function's environment: what Lambda sets, and the function's own variables.
func (f *function) environment(stream string) map[string]string {
	s, conf := f.service.region.Server, f.conf
	key := "ASIA" + strings.ToUpper(api.RandomHex(16))
	role := api.AfterLast(conf.Role, "/")
	s.AddSession(key, api.Session{Principal: f.service.region.GlobalARN("sts", "assumed-role/"+role+"/"+conf.FunctionName)})
	env := map[string]string{
		"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC", "_HANDLER": conf.Handler,
		"AWS_REGION": f.service.region.Name, "AWS_DEFAULT_REGION": f.service.region.Name,
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
		"AWS_LAMBDA_FUNCTION_NAME": conf.FunctionName, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(conf.MemorySize), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME": conf.LoggingConfig.LogGroup, "AWS_LAMBDA_LOG_STREAM_NAME": stream,
		"AWS_LAMBDA_LOG_FORMAT": conf.LoggingConfig.LogFormat,
	}
	if level := conf.LoggingConfig.ApplicationLogLevel; level != "" {
		env["AWS_LAMBDA_LOG_LEVEL"] = level
	}
	if conf.Environment != nil {
		maps.Copy(env, conf.Environment.Variables)
	}
	return env
}

// invocable returns an error while the function is not ready, or if it could not read its environment.
func (f *function) invocable() error {
	if conf := f.view(); conf.State != "Active" {
		return conflict("The operation cannot be performed at this time. The function is currently in the following state: %s", conf.State)
	}
	if f.conf.Environment != nil && f.service.needs.Roles.RoleID(f.conf.Role) != f.roleID {
		return api.Refuse("KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings.")
	}
	return nil
}
