package storm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// TestSoak checks the central invariant: every interruption that can be
// handled is handled once. A seed determines how many tasks of how many
// services are interrupted, which of their notices are lost, late or
// duplicated, and which calls fail in which way. An interruption can be
// handled if AWS works again 100 s after its first notice. SOAK=n runs n seeds
// instead of a few.
func TestSoak(t *testing.T) {
	seeds := 200
	if n, err := strconv.Atoi(os.Getenv("SOAK")); err == nil {
		seeds = n
	}
	for seed := range seeds {
		soak(t, uint64(seed))
	}
}

// soak runs one seed.
func soak(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 11))
	failureMode := drawFailureMode(random)
	s := storm{"soak", 1 + random.IntN(3), 1 + random.IntN(6)}
	updates := map[string]int{}
	out := &recordCounter{}
	synctest.Test(t, func(*testing.T) {
		begin := time.Now()
		aws := limitedAWS(s)
		aws.Faults = func(operation string) handlertest.Fault { return failureMode.fault(operation, time.Since(begin)) }
		aws.OnCall = func(c handlertest.Call) {
			if c.Operation == "UpdateService" && c.Code == "" {
				updates[fmt.Sprint(c.Input["service"])]++
			}
		}
		ecs, logs := aws.ECS(), aws.Logs()
		config := handler.Config{Mode: handler.ModeOnce, Cooldown: handler.DefaultCooldown, LogLevel: slog.LevelInfo, LogGroup: logGroup}
		function := &lambda{setting: setting{timeout: time.Minute}, newSandbox: func() *handler.Handler { return handler.New(config, ecs, logs, out) }}
		s.sendSome(function, rand.New(rand.NewPCG(seed, 12)))
		time.Sleep(time.Hour) // virtual time: everything is finished
		synctest.Wait()
	})
	for i := range s.services {
		name := serviceName(i)
		if got, most := updates[name], 1+out.unclaimed[name]; got == 0 || got > most {
			t.Errorf("seed %d: service %s was redeployed %d times, want once\n%+v\n%+v", seed, name, got, s, failureMode)
		}
	}
}

// failureMode is how AWS fails, beginning at 0 s.
type failureMode struct {
	random  *rand.Rand
	rate    float64 // share of calls that fail, for 100 s
	outages []outage
	delays  []time.Duration // before the outages begin
}

func drawFailureMode(random *rand.Rand) failureMode {
	out := failureMode{random: random, rate: []float64{0, 0.05, 0.3}[random.IntN(3)]}
	for range random.IntN(3) {
		delay := time.Duration(random.IntN(60)) * time.Second
		operations := []string{"DescribeServices", "UpdateService", "CreateLogStream"}
		random.Shuffle(len(operations), func(i, j int) { operations[i], operations[j] = operations[j], operations[i] })
		out.delays = append(out.delays, delay)
		out.outages = append(out.outages, outage{
			lasts:      time.Duration(1+random.IntN(100)) * time.Second,
			operations: operations[:1+random.IntN(3)],
			fault:      drawFault(random, 1), // the storm tests cover long throttling
		})
	}
	return out
}

// drawFault draws one of the faults, without the first ones. Some calls are
// carried out nevertheless.
func drawFault(random *rand.Rand, without int) handlertest.Fault {
	faults := []handlertest.Fault{
		handlertest.Throttled(), handlertest.Unavailable(), handlertest.Broken(), handlertest.Reset(), handlertest.CutOff(),
		handlertest.HTML(403), handlertest.BrokenJSON(), handlertest.EmptyObject(),
		{Hang: time.Hour},
		{Hang: 900 * time.Millisecond},
	}
	fault := faults[without+random.IntN(len(faults)-without)]
	fault.Done = random.IntN(4) == 0 && fault != handlertest.Throttled()
	return fault
}

// fault returns the response to a call.
func (tr failureMode) fault(operation string, at time.Duration) handlertest.Fault {
	if at >= 100*time.Second {
		return handlertest.Fault{}
	}
	for i, o := range tr.outages {
		if at >= tr.delays[i] && at < tr.delays[i]+o.lasts && slices.Contains(o.operations, operation) {
			return withSideEffect(operation, o.fault)
		}
	}
	if tr.random.Float64() < tr.rate {
		return withSideEffect(operation, drawFault(tr.random, 0))
	}
	return handlertest.Fault{}
}

// withSideEffect makes a CreateLogStream take effect if the response has the status
// of a success: AWS's own response has an empty body, so a client could not
// tell them apart.
func withSideEffect(operation string, f handlertest.Fault) handlertest.Fault {
	success := f.Status == 0 && (f.Body != "" || f.Cut)
	f.Done = f.Done || operation == "CreateLogStream" && success
	return f
}

// sendSome sends the notices of each task that reach the function: the first
// one of the first task at 0 s, and any of the others, late or duplicated.
func (s storm) sendSome(function *lambda, random *rand.Rand) {
	begin := time.Now()
	var wait sync.WaitGroup
	for service := range s.services {
		for task := range s.tasks {
			for _, step := range steps()[:3] {
				first := task == 0 && step.after == 0
				if !first && random.IntN(3) == 0 {
					continue
				}
				late := time.Duration(0)
				if !first && random.IntN(4) == 0 {
					late = time.Duration(random.IntN(40)) * time.Second
				}
				event := s.event(service, task, step, begin)
				for range 1 + random.IntN(5)/4 {
					wait.Go(func() {
						time.Sleep(step.after + late)
						function.deliver(delivery{event: event, arrived: time.Now()})
					})
				}
			}
		}
	}
	wait.Wait()
}

// recordCounter counts, by service, the records of invocations that acted
// without a claim: these may act twice.
type recordCounter struct {
	mu        sync.Mutex
	unclaimed map[string]int
}

func (r *recordCounter) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("continuing without it")) {
		var record struct{ Service string }
		if err := json.Unmarshal(line, &record); err != nil {
			return 0, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.unclaimed == nil {
			r.unclaimed = map[string]int{}
		}
		r.unclaimed[record.Service]++
	}
	return len(line), nil
}
