package doctor

import (
	"time"

	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// Subject is the service to check.
type Subject struct {
	*services.Service
	Now      time.Time
	Decision handler.Decision // what the function would do about an interruption of one of its tasks
	// Covered is false if there are installations and none of them covers the service's cluster. Cover is then a
	// command with which one of them would cover it; "" if there is none.
	Covered bool
	Cover   string
	// Denied is the installation whose role may redeploy other services, but not this one; nil if there is none.
	Denied *InstallationSubject
}

// AccountSubject is the account and Region to check.
type AccountSubject struct {
	Facts   *services.Facts
	Account *services.Account
	// OwnRulesUnknown is why it is unknown which rules belong to installations; "" if it is known.
	OwnRulesUnknown string
	// Install holds the caller's permissions to install if nothing is installed; nil otherwise.
	Install *services.CallerPermissions
}

// InstallationSubject is the installation to check.
type InstallationSubject struct {
	Prefix string // as in the flag; "" if there is none
	Name   string // for display
	// Problems are the problems that status reports, apart from a reserved concurrency of 0.
	Problems []string
	// Repairable reports whether an install repairs all of them, which resources and additions of others can prevent.
	Repairable bool
	// Throttled reports whether its function has a reserved concurrency of 0.
	Throttled bool
	// Disabled reports whether its rule is DISABLED.
	Disabled bool
	Rule     string // its name
	// Matches reports whether its rule matches an interruption warning, and MayRedeploy whether its role may call ecs:UpdateService;
	// nil if unknown.
	Matches, MayRedeploy *bool
	Role                 string // its name
	// DenialElsewhere is what to do if the role is as installed but may not redeploy; "" if it is not as installed.
	DenialElsewhere string
	Unread          []services.Unread
}

// minimumHealthyPercent and maximumPercent return ECS's defaults for REPLICA services if they are not set.
func (s *Subject) minimumHealthyPercent() int {
	if c := s.DeploymentConfiguration; c != nil && c.MinimumHealthyPercent != nil {
		return int(*c.MinimumHealthyPercent)
	}
	return 100
}

func (s *Subject) maximumPercent() int {
	if c := s.DeploymentConfiguration; c != nil && c.MaximumPercent != nil {
		return int(*c.MaximumPercent)
	}
	return 200
}

// floor returns the number of tasks that a rollout keeps running, ceiling the number that it may run.
func (s *Subject) floor() int   { return (int(s.DesiredCount)*s.minimumHealthyPercent() + 99) / 100 }
func (s *Subject) ceiling() int { return int(s.DesiredCount) * s.maximumPercent() / 100 }

// isRolledByECS reports whether ECS itself controls the service's deployments.
func (s *Subject) isRolledByECS() bool {
	return s.DeploymentController == nil || s.DeploymentController.Type == "" || s.DeploymentController.Type == ecs.DeploymentControllerTypeEcs
}
