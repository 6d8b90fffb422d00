package localaws

import "cmp"

// registry is the private registry of one region: its repositories, which contain no images.
type registry struct {
	region       *region
	repositories []*repository
}

type repository struct{ name, mutability string }

func (s *registry) actions() map[string]action {
	return map[string]action{
		"CreateRepository":      op(s.create, "RepositoryName"),
		"DescribeRepositories":  op(s.describe),
		"PutImageTagMutability": on(s.find, s.putMutability, "RepositoryName", "ImageTagMutability"),
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

func (in *registryInput) arn(r *region) string {
	if in.RepositoryName == "" { // a list concerns all
		return r.arn("ecr", "repository/*")
	}
	return r.arn("ecr", "repository/"+in.RepositoryName)
}

func (in *registryInput) asks(own ask, _ *call) []ask { return []ask{own} }

func (s *registry) find(in *registryInput) (*repository, error) {
	for _, each := range s.repositories {
		if each.name == in.RepositoryName {
			return each, nil
		}
	}
	return nil, refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", in.RepositoryName, s.region.server.opts.Account)
}

func (s *registry) create(_ *call, in *registryInput) (any, error) {
	if _, err := s.find(in); err == nil {
		return nil, refuse("RepositoryAlreadyExistsException", "The repository with name '%s' already exists in the registry with id '%s'", in.RepositoryName, s.region.server.opts.Account)
	}
	made := &repository{in.RepositoryName, cmp.Or(in.ImageTagMutability, "MUTABLE")}
	s.repositories = append(s.repositories, made)
	return obj{"repository": s.json(made)}, nil
}

func (s *registry) json(r *repository) obj {
	account := s.region.server.opts.Account
	return obj{
		"repositoryArn": s.region.arn("ecr", "repository/"+r.name), "registryId": account, "repositoryName": r.name,
		"repositoryUri": account + ".dkr.ecr." + s.region.name + ".amazonaws.com/" + r.name, "imageTagMutability": r.mutability,
	}
}

// describe lists all repositories, or those with these names; a missing one makes the call fail.
func (s *registry) describe(_ *call, in *registryInput) (any, error) {
	all := []obj{}
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
	return paged("ecr", "repositories", all, "nextToken", in.NextToken, in.MaxResults, 100)
}

func (s *registry) putMutability(r *repository, in *registryInput) (any, error) {
	r.mutability = in.ImageTagMutability
	return obj{"registryId": s.region.server.opts.Account, "repositoryName": r.name, "imageTagMutability": r.mutability}, nil
}
