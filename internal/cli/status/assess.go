package status

import (
	"context"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
)

// assessAll assesses the installations that were found, checks their clusters and, unless days is nil, adds what their
// functions did in the last 24 hours. An installation that cannot be assessed is added to the failures of the survey.
func (r run) assessAll(ctx context.Context, s *command.Connection, survey *deploy.Survey, days *activityReader) []deploy.Status {
	if days != nil {
		days.startRest(survey.Found)
	}
	all := []deploy.Status{}
	for _, found := range survey.Found {
		status, err := r.assessOne(ctx, s, found, survey)
		if err != nil {
			survey.Failed = append(survey.Failed, deploy.Failure{Prefix: found.Names.Prefix, Err: err})
			continue
		}
		if days != nil {
			days.add(&status, found)
		}
		all = append(all, status)
	}
	return all
}

func (r run) assessOne(ctx context.Context, s *command.Connection, found *deploy.Installation, survey *deploy.Survey) (deploy.Status, error) {
	one, err := command.Assess(r.Version, []*deploy.Installation{found}, survey.Others)
	if err != nil {
		return deploy.Status{}, err
	}
	status := one[0]
	clusters, err := deploy.CheckClusters(ctx, s.ClusterAPI(), s.ID, status.Spec.Clusters)
	if err != nil {
		return deploy.Status{}, err
	}
	clusters.Add(&status)
	status.NotChecked = append(status.NotChecked, survey.NotChecked...)
	return status, nil
}
