package lambda

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Logs is the part of CloudWatch Logs that Lambda uses. It is called with the lock held.
type Logs interface {
	// Write adds a message to a log stream, if the role is allowed to.
	Write(role, group, stream, message string)
}

// output writes a sandbox's output line by line to the function's log group.
type output struct {
	server *api.Server
	logs   Logs
	conf   configuration
	stream string

	mu   sync.Mutex
	tail strings.Builder // of the current invocation
}

// tailLimit is the maximum size in bytes of the log that an invocation returns.
const tailLimit = 4096

// Write takes whole lines, each of which becomes a log event.
func (o *output) Write(text []byte) (int, error) {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			o.line(line)
		}
	}
	return len(text), nil
}

func (o *output) line(text string) {
	o.mu.Lock()
	o.tail.WriteString(text + "\n")
	o.mu.Unlock()
	o.server.Lock()
	defer o.server.Unlock()
	o.logs.Write(o.conf.Role, o.conf.LoggingConfig.LogGroup, o.stream, text)
}

// end returns the end of the invocation's log, and clears it.
func (o *output) end() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.tail.String()
	o.tail.Reset()
	return text[max(0, len(text)-tailLimit):]
}

// platform writes Lambda's own record of an invocation, in the configured log format.
func (o *output) platform(kind string, record api.Obj) {
	switch logging := o.conf.LoggingConfig; {
	case logging.LogFormat == "JSON" && logging.SystemLogLevel == "WARN":
	case logging.LogFormat == "JSON":
		text, err := json.Marshal(api.Obj{
			"time": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "type": "platform." + kind, "record": record,
		})
		if err == nil {
			o.line(string(text))
		}
	case kind == "start":
		o.line(fmt.Sprintf("START RequestId: %s Version: $LATEST", record["requestId"]))
	default:
		o.line(fmt.Sprintf("END RequestId: %s", record["requestId"]))
		o.line(fmt.Sprintf("REPORT RequestId: %s\tStatus: %s", record["requestId"], record["status"]))
	}
}
