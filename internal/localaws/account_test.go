package localaws

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
)

// enabled returns the Regions that the account may use, page by page.
func enabled(t *testing.T, cfg aws.Config) []string {
	t.Helper()
	pages := account.NewListRegionsPaginator(account.NewFromConfig(cfg), &account.ListRegionsInput{
		MaxResults: aws.Int32(5), RegionOptStatusContains: []types.RegionOptStatus{types.RegionOptStatusEnabled, types.RegionOptStatusEnabledByDefault},
	})
	var names []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Regions) > 5 {
			t.Error(len(page.Regions), "regions on a page")
		}
		for _, r := range page.Regions {
			names = append(names, aws.ToString(r.RegionName))
		}
	}
	return names
}

func TestListRegionsIsOfThePartition(t *testing.T) {
	s, _ := start(t, Options{OptInRegions: []string{"eu-south-2"}})
	cfg := s.Config()
	for region, want := range map[string]struct {
		has, lacks string
		count      int
	}{
		"us-east-1":     {"eu-south-2", "eu-south-1", 18},
		"cn-north-1":    {"cn-northwest-1", "us-east-1", 2},
		"us-gov-west-1": {"us-gov-east-1", "us-east-1", 2},
	} {
		cfg.Region = region
		got := enabled(t, cfg)
		if len(got) != want.count || !slices.Contains(got, want.has) || slices.Contains(got, want.lacks) {
			t.Error(region, got)
		}
	}
}

// In a Region that the account has not enabled, its credentials are unknown.
func TestARegionThatIsNotEnabled(t *testing.T) {
	s, _ := start(t, Options{OptInRegions: []string{"eu-south-2"}})
	for region, want := range map[string]string{"eu-south-2": "", "eu-south-1": "UnrecognizedClientException"} {
		cfg := s.Config()
		cfg.Region, cfg.RetryMaxAttempts = region, 1
		if _, err := clientsOf(cfg).logs.DescribeLogGroups(t.Context(), nil); codeOf(err) != want {
			t.Error(region, err)
		}
	}
}

func TestListRegionsRefuses(t *testing.T) {
	s, _ := start(t, Options{Policies: map[string]string{"AKIANOBODY": `{"Statement":[]}`}})
	cfg := s.Config()
	cfg.RetryMaxAttempts = 1
	if _, err := account.NewFromConfig(cfg).ListRegions(t.Context(), &account.ListRegionsInput{NextToken: aws.String("junk")}); codeOf(err) != "ValidationException" {
		t.Error(err)
	}
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIANOBODY", "local", "")
	if _, err := account.NewFromConfig(cfg).ListRegions(t.Context(), nil); codeOf(err) != "AccessDeniedException" {
		t.Error(err)
	}
}
