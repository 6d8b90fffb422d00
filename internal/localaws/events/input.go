package events

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/localaws/api"
)

// eventsInput has the members of all calls.
type eventsInput struct {
	Name               string `check:"len=1:64 re=[\\.\\-_A-Za-z0-9]+"`
	Rule               string `check:"len=1:64 re=[\\.\\-_A-Za-z0-9]+"` // the name in calls about targets
	EventBusName       string
	EventPattern       string `check:"len=0:4096"`
	ScheduleExpression string `check:"len=0:256"`
	State              string `check:"enum=ENABLED|DISABLED|ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"`
	Description        string `check:"len=0:512"`
	RoleArn            string
	Targets            []target
	IDs                []string `json:"Ids"`
	ResourceARN        string
	Event              string
	Entries            []putEntry
	NamePrefix         string
	NextToken          string
	Limit              *int `check:"min=1 max=100"`
	api.Tagging
}

// name returns the rule's name, however it was given.
func (in *eventsInput) name() string {
	return cmp.Or(in.Name, in.Rule, api.AfterLast(in.ResourceARN, "/"))
}

func (in *eventsInput) ARN(r *api.Region) string {
	if in.name() == "" {
		return ""
	}
	return r.ARN("events", "rule/"+in.name())
}

// known rejects every event bus but the default one.
func (in *eventsInput) known() error {
	if in.EventBusName == "" || in.EventBusName == "default" || strings.HasSuffix(in.EventBusName, ":event-bus/default") {
		return nil
	}
	return api.Refuse("ResourceNotFoundException", "Event bus %s does not exist.", in.EventBusName)
}

func invalidEvents(format string, args ...any) *api.Error {
	return api.Refuse("ValidationException", format, args...)
}

// target is where a rule sends its events.
type target struct {
	ID               string `json:"Id" check:"len=1:64 re=[.\\-_A-Za-z0-9]+"`
	Arn              string
	RoleArn          string          `json:",omitempty"`
	Input            string          `json:",omitempty"`
	InputPath        string          `json:",omitempty"`
	InputTransformer json.RawMessage `json:",omitempty"`
	RetryPolicy      *retryPolicy    `json:",omitempty"`
	DeadLetterConfig api.Obj         `json:",omitempty"`
}

type retryPolicy struct {
	MaximumRetryAttempts     *int `json:",omitempty" check:"min=0 max=185"`
	MaximumEventAgeInSeconds *int `json:",omitempty" check:"min=60 max=86400"`
}

// putEntry is one event of PutEvents.
type putEntry struct {
	Source, DetailType, Detail, EventBusName string
	Resources                                []string
}

func (e putEntry) check() *api.Error {
	for _, given := range []struct{ name, value string }{{"Source", e.Source}, {"DetailType", e.DetailType}, {"Detail", e.Detail}} {
		if given.value == "" {
			return api.Refuse("InvalidArgument", "Parameter %s is not valid. Reason: %s is a required argument.", given.name, given.name)
		}
	}
	var detail api.Obj
	switch err := (&eventsInput{EventBusName: e.EventBusName}).known(); {
	case err != nil:
		return api.Refuse("InvalidArgument", "%v", err)
	case strings.HasPrefix(e.Source, "aws."):
		return api.Refuse("NotAuthorizedForSourceException", "Not authorized for the source.")
	case json.Unmarshal([]byte(e.Detail), &detail) != nil:
		return api.Refuse("MalformedDetail", "Detail is malformed.")
	}
	return nil
}

// check rejects what the API model does not.
func (t target) check() error {
	if !regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:`).MatchString(t.Arn) {
		return invalidEvents("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", t.Arn)
	}
	inputs := 0
	for _, given := range []bool{t.Input != "", t.InputPath != "", t.InputTransformer != nil} {
		if given {
			inputs++
		}
	}
	if inputs > 1 {
		return invalidEvents("Only one of Input, InputPath, or InputTransformer must be provided for target %s.", t.ID)
	}
	return nil
}

// parsePattern reads a rule's pattern.
func parsePattern(text string) (eventpattern.Pattern, error) {
	matches, err := eventpattern.Parse(text)
	if err != nil {
		return nil, api.Refuse("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	return matches, nil
}
