package simulate

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
	"github.com/spothandler/spothandler/internal/simulate"
)

// simulation is one run of simulate.
type simulation struct {
	*command.App
	s   *command.Connection
	o   *options
	ecs *ecs.Client

	service        *services.Service
	task           *types.Task // nil if the rehearsal uses a placeholder
	whyPlaceholder string
	event          handler.Event
	at             time.Time
	rehearse       *simulate.Installed
}

// clusterARN returns the ARN of the service's cluster.
func (t *simulation) clusterARN() string { return t.s.ID.ClusterARN(t.service.Cluster.Name()) }

// serviceARN returns the service's ARN in the long format, even if its own is in the short one.
func (t *simulation) serviceARN() string {
	return t.s.ID.ARN("ecs", t.s.ID.Region, "service/"+t.service.Cluster.Name()+"/"+t.service.Name())
}

// name returns the service as CLUSTER/SERVICE.
func (t *simulation) name() string { return t.service.Cluster.Name() + "/" + t.service.Name() }

// taskID returns the ID of the task, shortened on a terminal.
func (t *simulation) taskID() string {
	const short = 9
	return t.Out.Shorten(handler.NameOf(aws.ToString(t.task.TaskArn)), short)
}
