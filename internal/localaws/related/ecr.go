package related

import (
	"cmp"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// registry is the private registry of one Region: its repositories, which contain no images.
type registry struct {
	region       *api.Region
	repositories []*repository
}

type repository struct{ name, mutability string }

func (s *registry) actions() map[string]api.Action {
	return map[string]api.Action{
		"CreateRepository":      api.Op(s.create, "RepositoryName"),
		"DescribeRepositories":  api.Op(s.describe),
		"PutImageTagMutability": api.On(s.find, s.putMutability, "RepositoryName", "ImageTagMutability"),
	}
}

type registryInput struct {
	RegistryID         string   `json:"registryId" check:"re=\\d{12}"`
	RepositoryName     string   `check:"len=2:256"`
	RepositoryNames    []string `check:"len=1:100"`
	ImageTagMutability string   `check:"enum=MUTABLE|IMMUTABLE"`
	MaxResults         *int     `check:"min=1 max=1000"`
	NextToken          string
}

func (in *registryInput) ARN(r *api.Region) string {
	if in.RepositoryName == "" { // a list concerns all
		return r.ARN("ecr", "repository/*")
	}
	return r.ARN("ecr", "repository/"+in.RepositoryName)
}

func (in *registryInput) Asks(own api.Ask, _ *api.Request) []api.Ask { return []api.Ask{own} }

func (s *registry) find(in *registryInput) (*repository, error) {
	for _, each := range s.repositories {
		if each.name == in.RepositoryName {
			return each, nil
		}
	}
	return nil, api.Refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", in.RepositoryName, s.region.Server.Options.Account)
}

func (s *registry) create(_ *api.Request, in *registryInput) (any, error) {
	if _, err := s.find(in); err == nil {
		return nil, api.Refuse("RepositoryAlreadyExistsException", "The repository with name '%s' already exists in the registry with id '%s'", in.RepositoryName, s.region.Server.Options.Account)
	}
	made := &repository{in.RepositoryName, cmp.Or(in.ImageTagMutability, "MUTABLE")}
	s.repositories = append(s.repositories, made)
	return api.Obj{"repository": s.json(made)}, nil
}

func (s *registry) json(r *repository) api.Obj {
	account := s.region.Server.Options.Account
	return api.Obj{
		"repositoryArn": s.region.ARN("ecr", "repository/"+r.name), "registryId": account, "repositoryName": r.name,
		"repositoryUri": account + ".dkr.ecr." + s.region.Name + ".amazonaws.com/" + r.name, "imageTagMutability": r.mutability,
	}
}

// describe lists all repositories, or those with these names; a missing one makes the call fail.
func (s *registry) describe(_ *api.Request, in *registryInput) (any, error) {
	all := []api.Obj{}
	for _, each := range s.repositories {
		if len(in.RepositoryNames) == 0 {
			all = append(all, s.json(each))
		}
	}
	for _, name := range in.RepositoryNames {
		found, err := s.find(&registryInput{RepositoryName: name})
		if err != nil {
			return nil, err
		}
		all = append(all, s.json(found))
	}
	return api.Paged("ecr", "repositories", all, "nextToken", in.NextToken, in.MaxResults, 100)
}

func (s *registry) putMutability(r *repository, in *registryInput) (any, error) {
	r.mutability = in.ImageTagMutability
	return api.Obj{"registryId": s.region.Server.Options.Account, "repositoryName": r.name, "imageTagMutability": r.mutability}, nil
}
