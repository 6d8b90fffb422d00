package localaws

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/testaws"
)

const aBoundary = "arn:aws:iam::111122223333:policy/boundary"

// TestAWSCLIIsAClient makes the calls that users of a local AWS typically make with the aws CLI.
func TestAWSCLIIsAClient(t *testing.T) {
	program, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the aws CLI is not on the PATH")
	}
	s, c := start(t, Options{Existing: []string{aBoundary}, InProcess: collect(make(chan map[string]any, 9))})
	listen(t, c)
	if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 2}); err != nil {
		t.Fatal(err)
	}
	url, err := s.URL()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "response.json")
	for command, want := range map[string]string{
		"iam get-role --role-name r --query Role.AssumeRolePolicyDocument.Statement[0].Principal.Service": `"lambda.amazonaws.com"`,
		"ecs create-cluster --cluster-name mall --query cluster.status":                                   `"ACTIVE"`,
		"ecs describe-services --cluster shop --services api --query services[0].deployments[0].status":   `"PRIMARY"`,
		"events describe-rule --name spot --query State":                                                  `"ENABLED"`,
		"logs describe-log-groups --query logGroups[0].logGroupName":                                      `"/aws/lambda/f"`,
		"sns create-topic --name failed --query TopicArn":                                                 `"arn:aws:sns:us-east-1:111122223333:failed"`,
		"iam list-policy-versions --policy-arn " + aBoundary + " --query Versions[0].VersionId":           `"v1"`,
		"lambda invoke --function-name f --query StatusCode " + file:                                      "200",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, strings.Fields(command)...)
			cmd.Env = append(testaws.Environ(), "AWS_ENDPOINT_URL="+url, "AWS_DEFAULT_REGION=us-east-1",
				"AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any", "AWS_DEFAULT_OUTPUT=json")
			out, err := cmd.Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != want {
				t.Errorf("%s %v, want %s", got, err, want)
			}
		})
	}
	t.Cleanup(func() {
		if text, err := os.ReadFile(file); err != nil || !json.Valid(text) {
			t.Error(string(text), err)
		}
	})
}
