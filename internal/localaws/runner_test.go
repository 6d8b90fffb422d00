package localaws

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// onLinux skips the test where functions cannot be processes.
func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("functions run as processes on linux only")
	}
}

// bootstrap builds testdata/function and returns the binary.
func bootstrap(t *testing.T) []byte {
	t.Helper()
	onLinux(t)
	path := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", path, "./testdata/function")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// install creates role, log group and function "f" from a zip for this host; change may modify the request.
func install(t *testing.T, c clients, code []byte, change func(*lambda.CreateFunctionInput)) {
	t.Helper()
	ctx := t.Context()
	role, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/aws/lambda/f")}); err != nil {
		t.Fatal(err)
	}
	in := &lambda.CreateFunctionInput{
		FunctionName: aws.String("f"), Role: role.Role.Arn, Handler: aws.String("bootstrap"), Runtime: types.RuntimeProvidedal2023,
		Architectures: []types.Architecture{ownArchitecture()}, Code: &types.FunctionCode{ZipFile: code},
		Timeout: aws.Int32(30),
	}
	if change != nil {
		change(in)
	}
	if _, err := c.lambda.CreateFunction(ctx, in); err != nil {
		t.Fatal(err)
	}
}

// do invokes "f" and returns its response, the type of its error, and the end of its log.
func do(t *testing.T, c clients, what, name string) (result, failed, tail string) {
	t.Helper()
	out, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("f"), LogType: types.LogTypeTail, Payload: fmt.Appendf(nil, `{"Do":%q,"Name":%q}`, what, name),
	})
	if err != nil {
		t.Fatal(err)
	}
	log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		t.Fatal(err)
	}
	return string(out.Payload), aws.ToString(out.FunctionError), string(log)
}

// messages returns all log messages of "f".
func messages(t *testing.T, c clients) []string {
	t.Helper()
	out, err := c.logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/f")})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range out.Events {
		all = append(all, aws.ToString(e.Message))
	}
	return all
}

// TestRunner builds the function once for all subtests.
func TestRunner(t *testing.T) {
	program := bootstrap(t)
	for name, test := range map[string]func(*testing.T, []byte){
		"runs as a process":                           testFunctionRunsAsAProcess,
		"has the client context":                      testClientContextReachesTheFunction,
		"is killed at its timeout":                    testTimeoutKillsTheFunction,
		"runs the host's zip on another architecture": testOtherArchitectureRunsTheHostsZip,
		"runs new code after an update":               testNewCodeRunsAfterAnUpdate,
		"leaves no process":                           testCloseLeavesNoProcess,
	} {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}

func testFunctionRunsAsAProcess(t *testing.T, program []byte) {
	s, c := start(t, Options{})
	install(t, c, zipOf(t, program), func(in *lambda.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"OWN": "mine"}}
	})
	url, err := s.URL()
	if err != nil {
		t.Fatal(err)
	}
	// One after the other in one sandbox, until one of them ends the sandbox.
	tests := []struct {
		what, name     string
		result, failed string
		log            string
	}{
		{what: "count", result: "1", log: "doing count"},
		{what: "count", result: "2"},
		{what: "getenv", name: "OWN", result: `"mine"`},
		{what: "getenv", name: "AWS_LAMBDA_FUNCTION_NAME", result: `"f"`},
		{what: "getenv", name: "AWS_LAMBDA_LOG_GROUP_NAME", result: `"/aws/lambda/f"`},
		{what: "getenv", name: "AWS_REGION", result: `"us-east-1"`},
		{what: "getenv", name: "AWS_ENDPOINT_URL", result: `"` + url + `"`},
		{what: "getenv", name: "HOME", result: `""`},
		{what: "garbage", result: "9", log: "\x00\xff not JSON, no end of line"},
		{what: "fail", failed: "Unhandled", result: `{"errorMessage":"asked to","errorType":"errorString"}`},
		{what: "count", result: "11"},
		{what: "exit", failed: "Unhandled", result: `Runtime exited with error: exit status 7","errorType":"Runtime.ExitError"`},
		{what: "count", result: "1"},
		{what: "panic", failed: "Unhandled", result: `"errorType":"string"`, log: "asked to"},
		{what: "count", result: "1"},
	}
	for _, tt := range tests {
		result, failed, log := do(t, c, tt.what, tt.name)
		if !strings.Contains(result, tt.result) || failed != tt.failed || !strings.Contains(log, tt.log) {
			t.Errorf("%s %s: %s %s %q, want %s %s %q", tt.what, tt.name, result, failed, log, tt.result, tt.failed, tt.log)
		}
	}
	first := messages(t, c)[:3]
	if !strings.HasPrefix(first[0], "START RequestId: ") || first[1] != "doing count" || !strings.HasPrefix(first[2], "END RequestId: ") {
		t.Errorf("log begins with %q", first)
	}
}

func testClientContextReachesTheFunction(t *testing.T, program []byte) {
	_, c := start(t, Options{})
	install(t, c, zipOf(t, program), nil)
	out, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("f"), Payload: []byte(`{"Do":"context"}`),
		ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`{"custom":{"a":"b"}}`))),
	})
	if err != nil || string(out.Payload) != `{"a":"b"}` {
		t.Error(string(out.Payload), err)
	}
}

func testTimeoutKillsTheFunction(t *testing.T, program []byte) {
	_, c := start(t, Options{})
	install(t, c, zipOf(t, program), func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(4) })
	result, failed, log := do(t, c, "hang", "")
	if failed != "Unhandled" || !strings.Contains(result, "Task timed out after 4.00 seconds") || !strings.Contains(log, "doing hang") {
		t.Error(result, failed, log)
	}
	if result, _, _ := do(t, c, "count", ""); result != "1" {
		t.Errorf("after a timeout a new sandbox returns %s", result)
	}
}

func TestBadCodeFailsItsInvocationOnly(t *testing.T) {
	onLinux(t)
	for name, tt := range map[string]struct {
		code   []byte
		change func(*lambda.CreateFunctionInput)
		want   string
	}{
		"not a program": {code: []byte("\x00\x01"), want: "exec format error"},
		"other architecture": {code: []byte("\x00\x01"), want: "no such build", change: func(in *lambda.CreateFunctionInput) {
			in.Architectures = []types.Architecture{otherArchitecture()}
		}},
		"a script that ends": {code: []byte("#!/bin/sh\nexit 5\n"), want: "exit status 5"},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, Options{HostZip: func([]byte) ([]byte, error) { return nil, fmt.Errorf("no such build") }})
			install(t, c, zipOf(t, tt.code), tt.change)
			result, failed, _ := do(t, c, "count", "")
			if failed != "Unhandled" || !strings.Contains(result, tt.want) {
				t.Errorf("%s %s, want %s", failed, result, tt.want)
			}
		})
	}
}

func ownArchitecture() types.Architecture {
	if runtime.GOARCH == "amd64" {
		return types.ArchitectureX8664
	}
	return types.ArchitectureArm64
}

func otherArchitecture() types.Architecture {
	if ownArchitecture() == types.ArchitectureArm64 {
		return types.ArchitectureX8664
	}
	return types.ArchitectureArm64
}

func testOtherArchitectureRunsTheHostsZip(t *testing.T, program []byte) {
	code := zipOf(t, program)
	_, c := start(t, Options{HostZip: func([]byte) ([]byte, error) { return code, nil }})
	install(t, c, zipOf(t, []byte("for another machine")), func(in *lambda.CreateFunctionInput) {
		in.Architectures = []types.Architecture{otherArchitecture()}
	})
	if result, failed, _ := do(t, c, "count", ""); result != "1" {
		t.Error(result, failed)
	}
}

func testNewCodeRunsAfterAnUpdate(t *testing.T, program []byte) {
	_, c := start(t, Options{})
	install(t, c, zipOf(t, program), nil)
	if result, _, _ := do(t, c, "count", ""); result != "1" {
		t.Fatal(result)
	}
	i := strings.Index(string(program), "asked to")
	changed := slices.Clone(program)
	changed[i] = 'A' // one byte
	if _, err := c.lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{
		FunctionName: aws.String("f"), ZipFile: zipOf(t, changed),
	}); err != nil {
		t.Fatal(err)
	}
	if result, _, _ := do(t, c, "fail", ""); !strings.Contains(result, "Asked to") {
		t.Error(result)
	}
}

func testCloseLeavesNoProcess(t *testing.T, program []byte) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s, c := start(t, Options{})
	install(t, c, zipOf(t, program), nil)
	seconds := strconv.Itoa(1_000_000 + os.Getpid()) // no other test's
	if result, failed, _ := do(t, c, "child", seconds); failed != "" {
		t.Fatal(result)
	}
	var wg sync.WaitGroup
	for range 3 { // some of them while running
		wg.Go(func() {
			_, _ = c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f"), Payload: []byte(`{"Do":"hang"}`)})
		})
	}
	for len(messages(t, c)) < 9 { // three lines of the child's invocation, two of each that hangs
		time.Sleep(5 * time.Millisecond)
	}
	if len(processes(t, "bootstrap", folder)) == 0 {
		t.Error("the function's processes are not found")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	var left []string
	for range 60 { // one that has been killed may still be there for a moment
		left = append(processes(t, "sleep", seconds), processes(t, "bootstrap", folder)...)
		if len(left) == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	t.Errorf("still running: %v", left)
}

// processes returns the command lines of this program's processes that are children of this one, or orphans.
func processes(t *testing.T, program, argument string) []string {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		text, _ := os.ReadFile(path) // a process that has just ended is gone
		words := strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
		if filepath.Base(words[0]) == program && strings.Contains(words[0]+strings.Join(words[1:], " "), argument) && isOwnProcess(path) {
			found = append(found, strings.Join(words, " "))
		}
	}
	return found
}

// isOwnProcess reports whether a process, by its /proc path, was started by this test process.
func isOwnProcess(path string) bool {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(path), "stat"))
	if err != nil {
		return false
	}
	_, fields, _ := strings.Cut(string(text), ") ")
	var state string
	var parent int
	_, err = fmt.Sscan(fields, &state, &parent)
	return err == nil && state != "Z" && (parent == os.Getpid() || parent == 1)
}

func TestAsynchronousInvocationIsRetried(t *testing.T) {
	tests := []struct {
		name    string
		retries int32
		want    int // invocations
	}{{"never", 0, 1}, {"once", 1, 2}, {"twice", 2, 3}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := make(chan json.RawMessage, 10)
			_, c := start(t, Options{InProcess: failing(calls)})
			install(t, c, zipOf(t, nil), nil)
			if _, err := c.lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
				FunctionName: aws.String("f"), MaximumRetryAttempts: aws.Int32(tt.retries),
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{
				FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"n":1}`),
			}); err != nil {
				t.Fatal(err)
			}
			for range tt.want {
				<-calls
			}
		})
	}
}
