package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// Endpoints are configured as in the SDKs.
func TestEndpoint(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"none", nil, ""},
		{"for all services", map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://all"},
		{"for one service", map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_ECS": "http://ecs"}, "http://ecs"},
		{"for another service", map[string]string{"AWS_ENDPOINT_URL_LAMBDA": "http://lambda"}, ""},
		{"ignored", map[string]string{"AWS_ENDPOINT_URL_ECS": "http://ecs", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := aws.ToString(endpoint(env(c.env), "ECS")); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestClients(t *testing.T) {
	vars := env(map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
		"AWS_ENDPOINT_URL_ECS": "http://ecs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://logs",
	})
	ecsOptions, logsOptions := ecsClient(vars).Options(), logsClient(vars).Options()
	if aws.ToString(ecsOptions.BaseEndpoint) != "http://ecs" || aws.ToString(logsOptions.BaseEndpoint) != "http://logs" {
		t.Error("a client has another endpoint than the environment says")
	}
	if ecsOptions.Region != "eu-west-1" || logsOptions.Region != "eu-west-1" {
		t.Error("a client has another Region than the environment says")
	}
	got, err := ecsOptions.Credentials.Retrieve(t.Context())
	if err != nil || got.AccessKeyID != "id" || got.SecretAccessKey != "secret" || got.SessionToken != "token" {
		t.Errorf("credentials %+v, %v", got, err)
	}
}
