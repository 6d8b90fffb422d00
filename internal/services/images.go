package services

import (
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// repositoriesAPage is the maximum page size of DescribeRepositories.
const repositoriesAPage = 1000

// images finds the services' tagged images that cannot change: those in an ECR repository with immutable
// tags. Repositories of other accounts and Regions are not read, since callers rarely have the permission.
func (r *reader) images(ctx context.Context, found []Service) error {
	users := sharing(found, func(s *Service) []string {
		var all []string
		for image := range s.taggedInOwnRegistry() {
			all = append(all, image)
		}
		return all
	})
	if len(users) == 0 {
		return nil
	}
	repositories, unread, err := r.repositories(ctx)
	if err != nil {
		return err
	}
	if unread != nil {
		r.markUnread(usersOf(users, slices.Sorted(maps.Keys(users))), *unread)
		return nil
	}
	r.note(func(*Facts) {
		for i := range found {
			for image, name := range found[i].taggedInOwnRegistry() {
				if repository, there := repositories[name]; there && isFixed(&repository, TagOf(image)) {
					found[i].FixedImages = append(found[i].FixedImages, image)
				}
			}
			slices.Sort(found[i].FixedImages)
		}
	})
	return nil
}

// repositories returns all repositories of the registry by name.
func (r *reader) repositories(ctx context.Context) (map[string]types.Repository, *Unread, error) {
	all := map[string]types.Repository{}
	var token *string
	for {
		a := access{PartImages, "ecr:DescribeRepositories", "", false}
		response, unread, err := read(ctx, r, r.limits.images, a, func(ctx context.Context) (*ecr.DescribeRepositoriesOutput, error) {
			return r.clients.Images.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(repositoriesAPage), NextToken: token})
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		for _, repository := range response.Repositories {
			all[aws.ToString(repository.RepositoryName)] = repository
		}
		if token = response.NextToken; aws.ToString(token) == "" {
			return all, nil, nil
		}
	}
}

// taggedInOwnRegistry returns the service's images that have a tag but no digest and are in the registry of
// the service's account and Region, each with its repository.
func (s *Service) taggedInOwnRegistry() map[string]string {
	images := map[string]string{}
	own, err := arn.Parse(aws.ToString(s.Cluster.ClusterArn))
	if err != nil || s.TaskDefinition == nil {
		return images
	}
	for _, c := range s.TaskDefinition.ContainerDefinitions {
		image := aws.ToString(c.Image)
		if repository := repositoryOf(image, own.AccountID, own.Region); repository != "" && !strings.Contains(image, "@") {
			images[image] = repository
		}
	}
	return images
}

// repositoryOf returns the repository of an image in the private registry of an account and Region, or "" for
// any other image (ECR user guide, private registry: both of its host names).
func repositoryOf(image, account, region string) string {
	parts := regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)/([^:@]+)`).FindStringSubmatch(image)
	if parts == nil || parts[1] != account || parts[2] != region {
		return ""
	}
	return parts[3]
}

// TagOf returns an image's tag, or "" if it has none. The colon before a registry's port does not count.
func TagOf(image string) string {
	name, _, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], "@")
	_, tag, _ := strings.Cut(name, ":")
	return tag
}

// isFixed reports whether a tag of a repository is immutable. An image without a tag means the tag latest
// (ECR API, Repository: the filters name the exceptions).
func isFixed(repository *types.Repository, tag string) bool {
	if tag == "" {
		tag = "latest"
	}
	excepted := slices.ContainsFunc(repository.ImageTagMutabilityExclusionFilters, func(f types.ImageTagMutabilityExclusionFilter) bool {
		matches, err := path.Match(aws.ToString(f.Filter), tag)
		return err == nil && matches
	})
	switch repository.ImageTagMutability {
	case types.ImageTagMutabilityImmutable:
		return true
	case types.ImageTagMutabilityImmutableWithExclusion:
		return !excepted
	case types.ImageTagMutabilityMutableWithExclusion:
		return excepted
	}
	return false
}
