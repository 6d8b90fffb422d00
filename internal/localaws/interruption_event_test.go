package localaws

import (
	"encoding/json"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler"
)

// The events of an interruption are implemented separately here and in the handler, which builds them from
// the task's description. They are identical, except for containers and network interfaces that are stopping.
func TestInterruptionEventsAreTheHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := make(chan map[string]any, 100)
		s, c := start(t, Options{InProcess: collect(events), Delays: &Delays{Task: 10 * time.Second}})
		if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 1}); err != nil {
			t.Fatal(err)
		}
		listen(t, c)
		task := onlyTask(t, c)
		want := handler.InterruptionEvent(&task, time.Now())
		if _, err := s.Interrupt("shop", "api", 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		close(events)
		steps := 0
		for got := range events {
			if steps++; steps > 1 {
				detail := got["detail"].(map[string]any)
				at, err := time.Parse(time.RFC3339, detail["updatedAt"].(string))
				if err != nil {
					t.Fatal(err)
				}
				want = want.Later(detail["lastStatus"].(string), at)
			}
			sameEvent(t, got, want)
		}
		if steps != 5 {
			t.Errorf("%d events, want five", steps)
		}
	})
}

func onlyTask(t *testing.T, c clients) ecstypes.Task {
	t.Helper()
	list, err := c.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop")})
	if err != nil || len(list.TaskArns) != 1 {
		t.Fatal(list, err)
	}
	out, err := c.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: list.TaskArns})
	if err != nil || len(out.Tasks) != 1 {
		t.Fatal(out, err)
	}
	return out.Tasks[0]
}

// sameEvent compares two events field by field, without their IDs.
func sameEvent(t *testing.T, got map[string]any, event handler.Event) {
	t.Helper()
	var want map[string]any
	if err := json.Unmarshal(event.JSON(), &want); err != nil {
		t.Fatal(err)
	}
	delete(got, "id")
	delete(want, "id")
	if detail := got["detail"].(map[string]any); detail["lastStatus"] != "RUNNING" {
		for _, key := range []string{"containers", "attachments"} {
			detail[key] = want["detail"].(map[string]any)[key]
		}
	}
	if reflect.DeepEqual(got, want) {
		return
	}
	for _, each := range []struct{ got, want map[string]any }{{got, want}, {got["detail"].(map[string]any), want["detail"].(map[string]any)}} {
		for key := range each.got {
			if !reflect.DeepEqual(each.got[key], each.want[key]) && key != "detail" {
				t.Errorf("%s: got %v, want %v", key, each.got[key], each.want[key])
			}
		}
		for key := range each.want {
			if _, there := each.got[key]; !there {
				t.Errorf("%s is missing, want %v", key, each.want[key])
			}
		}
	}
}
