package localaws

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// oneOfEach returns one call for each service.
func oneOfEach() map[string]func(context.Context, clients) error {
	return map[string]func(context.Context, clients) error{
		"iam": func(ctx context.Context, c clients) error {
			_, err := c.iam.ListRoles(ctx, &iam.ListRolesInput{})
			return err
		},
		"sts": func(ctx context.Context, c clients) error {
			_, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			return err
		},
		"lambda": func(ctx context.Context, c clients) error {
			_, err := c.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{})
			return err
		},
		"logs": func(ctx context.Context, c clients) error {
			_, err := c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
			return err
		},
		"events": func(ctx context.Context, c clients) error {
			_, err := c.events.ListRules(ctx, &eventbridge.ListRulesInput{})
			return err
		},
		"ecs": func(ctx context.Context, c clients) error {
			_, err := c.ecs.ListClusters(ctx, &ecs.ListClustersInput{})
			return err
		},
	}
}

func TestThrottlingErrorOfEachService(t *testing.T) {
	want := map[string]string{
		"iam": "Throttling", "sts": "Throttling", "lambda": "TooManyRequestsException",
		"logs": "ThrottlingException", "events": "ThrottlingException", "ecs": "ThrottlingException",
	}
	s, c := start(t, Options{})
	s.Inject(Fault{Throttle: true})
	for service, call := range oneOfEach() {
		if got := codeOf(call(t.Context(), c)); got != want[service] {
			t.Errorf("%s: %s, want %s", service, got, want[service])
		}
	}
}

func TestDenialErrorOfEachService(t *testing.T) {
	s, c := start(t, Options{})
	s.Inject(Fault{Deny: true})
	for service, call := range oneOfEach() {
		want := "AccessDeniedException"
		if service == "iam" || service == "sts" {
			want = "AccessDenied"
		}
		err := call(t.Context(), c)
		if codeOf(err) != want || !strings.Contains(err.Error(), "user/local is not authorized to perform: "+service+":") {
			t.Errorf("%s: %v, want %s", service, err, want)
		}
	}
}

// createAGroup creates a log group and returns the error code.
func createAGroup(t *testing.T, c clients, name string) string {
	t.Helper()
	_, err := c.logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name)})
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "cut"
	}
	return codeOf(err)
}

func TestFaultsApplyToTheCallsTheyName(t *testing.T) {
	broken := &Error{Code: "ServiceUnavailableException", Message: "try later", Status: 503}
	tests := []struct {
		name  string
		fault Fault
		codes []string // when creating a, b, c, d
		made  int
	}{
		{"refused, all", Fault{Action: "CreateLogGroup", Refuse: broken}, []string{broken.Code, broken.Code, broken.Code, broken.Code}, 0},
		{"refused, the second", Fault{Service: "logs", Nth: 2, Refuse: broken}, []string{"", broken.Code, "", ""}, 3},
		{"throttled, every second", Fault{Every: 2, Throttle: true}, []string{"", "ThrottlingException", "", "ThrottlingException"}, 2},
		{"lost before it took effect", Fault{Nth: 1, Lose: true}, []string{"cut", "", "", ""}, 3},
		{"done, the response lost", Fault{Nth: 1, Drop: true}, []string{"cut", "", "", ""}, 4},
		{"by its resource", Fault{Match: func(c Call) bool { return strings.HasSuffix(c.Resource, ":c") }, Refuse: broken}, []string{"", "", broken.Code, ""}, 3},
		{"another action", Fault{Action: "DeleteLogGroup", Refuse: broken}, []string{"", "", "", ""}, 4},
		{"another service", Fault{Service: "iam", Refuse: broken}, []string{"", "", "", ""}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, c := start(t, Options{})
			remove := s.Inject(tt.fault)
			for i, name := range []string{"a", "b", "c", "d"} {
				if got := createAGroup(t, c, name); got != tt.codes[i] {
					t.Errorf("%s: %q, want %q", name, got, tt.codes[i])
				}
			}
			remove()
			out, err := c.logs.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
			if err != nil || len(out.LogGroups) != tt.made {
				t.Errorf("%d groups, want %d: %v", len(out.LogGroups), tt.made, err)
			}
		})
	}
}

func TestDroppedConnection(t *testing.T) {
	s, _ := start(t, Options{})
	web := httptest.NewServer(s)
	defer web.Close()
	s.Inject(Fault{Lose: true})
	cfg := s.Config()
	cfg.HTTPClient, cfg.BaseEndpoint, cfg.RetryMaxAttempts = web.Client(), aws.String(web.URL), 1
	if _, err := clientsOf(cfg).sts.GetCallerIdentity(t.Context(), nil); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestDelayedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := start(t, Options{})
		s.Inject(Fault{Delay: time.Minute})
		began := time.Now()
		if code := createAGroup(t, c, "a"); code != "" || time.Since(began) != time.Minute {
			t.Error(code, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.logs.DescribeLogGroups(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestEntriesOfABatchFailInsideTheResponse(t *testing.T) {
	s, c := start(t, Options{InProcess: collect(make(chan map[string]any))})
	listen(t, c)
	s.Inject(Fault{Action: "RemoveTargets", Entries: &Error{Code: "ConcurrentModificationException", Message: "again"}, Nth: 1})
	for i, want := range []int32{1, 0} {
		out, err := c.events.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String("spot"), Ids: []string{"f"}})
		if err != nil || out.FailedEntryCount != want {
			t.Errorf("%d: %v %v", i, out, err)
		}
	}
}

func TestCallsNameTheirCaller(t *testing.T) {
	s, c := start(t, Options{})
	createAGroup(t, c, "a")
	createAGroup(t, c, "a")
	_ = createAGroup(t, c, "not a name")
	if _, err := c.logs.DescribeLogGroups(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.lambda.PublishVersion(t.Context(), &lambda.PublishVersionInput{FunctionName: aws.String("f")}); codeOf(err) != "NotImplemented" {
		t.Error(err)
	}
	want := []Call{
		{Service: "logs", Action: "CreateLogGroup", Resource: "arn:aws:logs:us-east-1:111122223333:log-group:a"},
		{Service: "logs", Action: "CreateLogGroup", Resource: "arn:aws:logs:us-east-1:111122223333:log-group:a", Code: "ResourceAlreadyExistsException"},
		{Service: "logs", Action: "CreateLogGroup", Resource: "arn:aws:logs:us-east-1:111122223333:log-group:not a name", Code: "InvalidParameterException"},
		{Service: "logs", Action: "DescribeLogGroups"},
		{Service: "lambda", Action: "POST /2015-03-31/functions/f/versions", Code: "NotImplemented"},
	}
	got := s.Calls()
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, w := range want {
		w.Time, w.Region, w.Principal = got[i].Time, "us-east-1", "arn:aws:iam::111122223333:user/local"
		w.Permissions = []Permission{{Action: w.String(), Allowed: true}}
		if !reflect.DeepEqual(got[i], w) || w.Write() != (i < 3 || i == 4) {
			t.Errorf("%d: %+v, want %+v", i, got[i], w)
		}
	}
	if s.ForgetCalls(); len(s.Calls()) != 0 {
		t.Error("calls are remembered")
	}
}
