package services

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler"
)

// The function's own gate determines the decision; a steady service is redeployed.
func TestDecision(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		mode   handler.Mode
		change func(*types.Service)
		want   handler.Reason
	}{
		{"at rest", handler.ModeOnce, func(*types.Service) {}, handler.ReasonRedeploy},
		{"deployed a moment ago: the cooldown will be over", handler.ModeOnce, func(s *types.Service) { s.Deployments[0].CreatedAt = aws.Time(now) }, handler.ReasonRedeploy},
		{"fewer running than wanted", handler.ModeOnce, func(s *types.Service) { s.RunningCount = 0 }, handler.ReasonRedeploy},
		{"switched off", handler.ModeOnce, func(s *types.Service) {
			s.Tags = []types.Tag{{Key: aws.String("spothandler"), Value: aws.String("off")}}
		}, handler.ReasonSwitchedOff},
		{"blue/green", handler.ModeOnce, func(s *types.Service) {
			s.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}
		}, handler.ReasonStrategyUnsupported},
		{"blue/green, in mode always", handler.ModeAlways, func(s *types.Service) {
			s.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}
		}, handler.ReasonRedeploy},
		{"no room", handler.ModeOnce, func(s *types.Service) {
			s.DeploymentConfiguration = &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(134)}
		}, handler.ReasonNoRolloutRoom},
		{"half may go", handler.ModeOnce, func(s *types.Service) {
			s.DesiredCount = 4
			s.DeploymentConfiguration = &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50)}
		}, handler.ReasonWouldStopHealthy},
	} {
		w := &fakeAWS{}
		w.addCluster("shop", Spot)
		service := Service{Service: *w.addService("shop", "api", Spot), Cluster: Cluster{Cluster: w.clusters[0]}}
		service.Deployments = []types.Deployment{{
			Id: aws.String("ecs-svc/1"), Status: aws.String("PRIMARY"), RolloutState: types.DeploymentRolloutStateCompleted,
			TaskDefinition: service.Service.TaskDefinition, CreatedAt: aws.Time(now.Add(-time.Hour)),
		}}
		test.change(&service.Service)
		if got := service.Decision(test.mode, now).Reason; got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
