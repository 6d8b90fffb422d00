package services

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// The repository's settings determine whether a tag is immutable; the registry is listed once, and only if it
// may contain one of the images.
func TestFixedImages(t *testing.T) {
	const own, other = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/", "444455556666.dkr.ecr.eu-west-1.amazonaws.com/"
	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("dev-*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard}}
	repositories := []types.Repository{
		{RepositoryName: aws.String("moving"), ImageTagMutability: types.ImageTagMutabilityMutable},
		{RepositoryName: aws.String("team/fixed"), ImageTagMutability: types.ImageTagMutabilityImmutable},
		{RepositoryName: aws.String("but"), ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityExclusionFilters: filters},
		{RepositoryName: aws.String("only"), ImageTagMutability: types.ImageTagMutabilityMutableWithExclusion, ImageTagMutabilityExclusionFilters: filters},
	}
	for image, want := range map[string]struct {
		fixed bool
		calls int
	}{
		own + "moving:1":     {false, 2},
		own + "team/fixed:1": {true, 2},
		own + "team/fixed":   {true, 2},
		"111122223333.dkr-ecr.eu-west-1.on.aws/team/fixed:1": {true, 2},
		own + "but:1":                {true, 2},
		own + "but:dev-1":            {false, 2},
		own + "only:1":               {false, 2},
		own + "only:dev-1":           {true, 2},
		own + "gone:1":               {false, 2},
		own + "team/fixed@sha256:00": {false, 0},
		other + "team/fixed:1":       {false, 0},
		"111122223333.dkr.ecr.us-east-1.amazonaws.com/team/fixed:1":              {false, 0},
		"evil.example/111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/fixed:1": {false, 0},
		"team/fixed:1": {false, 0},
	} {
		w := &fakeAWS{repositories: repositories, images: map[string]string{"api:1": image}}
		w.addCluster("shop", Spot)
		w.addService("shop", "api", Spot)
		facts := mustRead(t, w, Options{})
		if got := len(facts.Services[0].FixedImages) == 1; got != want.fixed || len(w.calls["ecr:DescribeRepositories"]) != want.calls {
			t.Errorf("%s: fixed %t, %d calls", image, got, len(w.calls["ecr:DescribeRepositories"]))
		}
	}
}

// Denied access is reported for the services whose images might be in the registry.
func TestImagesUnread(t *testing.T) {
	w := &fakeAWS{images: map[string]string{"api:1": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1"}, denied: map[string]string{"ecr:DescribeRepositories": "AccessDeniedException"}}
	w.addCluster("shop", Spot)
	w.addService("shop", "api", Spot)
	w.addService("shop", "web", Spot)
	facts := mustRead(t, w, Options{})
	for _, s := range facts.Services {
		if got, want := len(s.Unread), map[string]int{"api": 1, "web": 0}[s.Name()]; got != want {
			t.Errorf("%s: %+v", s.Name(), s.Unread)
		}
	}
	if u := facts.Services[0].Unread[0]; u.Part != PartImages || u.Why != "no permission for ecr:DescribeRepositories" {
		t.Errorf("%+v", u)
	}
}
