package history

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Report contains the figures of a period, as in the report command's JSON.
type Report struct {
	Prefix           string         `json:"prefix"`
	Region           string         `json:"region"`
	From             time.Time      `json:"from"`
	To               time.Time      `json:"to"`
	Interruptions    int            `json:"interruptions"`
	Redeployments    int            `json:"redeployments"`
	Skipped          map[string]int `json:"skipped"` // by reason; "observed" in mode observe
	Failures         int            `json:"failures"`
	ReactionMS       Spread         `json:"reaction_ms"` // of the redeployments: from the event to ECS's acceptance
	Outcomes         Outcomes       `json:"outcomes"`
	ByService        []ServiceCount `json:"by_service"`
	ByZone           []ZoneCount    `json:"by_zone"`
	ByHour           [7][24]int     `json:"by_hour"`          // Monday to Sunday, hours in UTC
	Rehearsals       int            `json:"rehearsals"`       // records of dry runs and simulations, which are not counted above
	LinesIgnored     int            `json:"lines_ignored"`    // lines that are not records of the function
	UnknownOutcomes  []string       `json:"unknown_outcomes"` // the reasons, without duplicates
	CountsUnknown    string         `json:"counts_unknown"`   // why the counts cannot be determined from the records; "" if they can
	RedeploymentsAll []Redeployment `json:"-"`
	All              []Interruption `json:"-"`
}

// MarshalJSON returns the report as JSON, with null for unknown counts.
func (r Report) MarshalJSON() ([]byte, error) {
	type plain Report
	if r.CountsUnknown == "" {
		return json.Marshal(plain(r))
	}
	return json.Marshal(struct {
		plain
		Interruptions *int `json:"interruptions"`
		Redeployments *int `json:"redeployments"`
		Skipped       *int `json:"skipped"`
		Failures      *int `json:"failures"`
		Outcomes      *int `json:"outcomes"`
		ByService     *int `json:"by_service"`
		ByZone        *int `json:"by_zone"`
		ByHour        *int `json:"by_hour"`
		Rehearsals    *int `json:"rehearsals"`
		LinesIgnored  *int `json:"lines_ignored"`
	}{plain: plain(r)})
}

// SplitSkipped splits the counts by reason of a Report or a Day: the interruptions that were skipped, and those
// that would have been redeployed but for mode observe.
func SplitSkipped(byReason map[string]int) (skipped, observed int) {
	for _, n := range byReason {
		skipped += n
	}
	observed = byReason[string(Observed)]
	return skipped - observed, observed
}

// Spread contains the median and the maximum of a set of figures, nil if the set is empty.
type Spread struct {
	Median *int64 `json:"median"`
	Max    *int64 `json:"max"`
}

// Outcomes counts the outcomes of the redeployments.
type Outcomes struct {
	Completed  int    `json:"completed"`
	RolledBack int    `json:"rolled_back"`
	Failed     int    `json:"failed"`
	Stopped    int    `json:"stopped"`
	InProgress int    `json:"in_progress"`
	Unknown    int    `json:"unknown"`
	Seconds    Spread `json:"seconds"` // of those that ended
}

// ServiceCount counts the interruptions of one service.
type ServiceCount struct {
	Cluster       string `json:"cluster"` // name
	Service       string `json:"service"`
	Interruptions int    `json:"interruptions"`
	Redeployments int    `json:"redeployments"`
	Failures      int    `json:"failures"`
}

// ZoneCount counts the interruptions in one Availability Zone, "" if unknown.
type ZoneCount struct {
	Zone          string `json:"zone"`
	Interruptions int    `json:"interruptions"`
}

// Summarize computes the figures from what a Collector has. The period, which has a resolution of one second,
// is that of the records: the event of the first ones may have been shortly before it.
func Summarize(c *Collector, from, to time.Time) Report {
	r := Report{
		From: from.UTC().Truncate(time.Second), To: to.UTC().Truncate(time.Second), Skipped: map[string]int{}, ByService: []ServiceCount{}, ByZone: []ZoneCount{},
		Rehearsals: c.Rehearsals, UnknownOutcomes: []string{}, All: c.Interruptions(), RedeploymentsAll: c.Redeployments,
	}
	services := map[[2]string]*ServiceCount{}
	zones := map[string]int{}
	for i := range r.All {
		r.count(&r.All[i], services, zones)
	}
	for _, s := range services {
		r.ByService = append(r.ByService, *s)
	}
	slices.SortFunc(r.ByService, func(a, b ServiceCount) int {
		return cmp.Or(b.Interruptions-a.Interruptions, cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Service, b.Service))
	})
	for zone, n := range zones {
		r.ByZone = append(r.ByZone, ZoneCount{zone, n})
	}
	slices.SortFunc(r.ByZone, func(a, b ZoneCount) int {
		return cmp.Or(b.Interruptions-a.Interruptions, cmp.Compare(a.Zone, b.Zone))
	})
	r.countRedeployments()
	return r
}

func (r *Report) count(i *Interruption, services map[[2]string]*ServiceCount, zones map[string]int) {
	r.Interruptions++
	key := [2]string{handler.NameOf(i.Cluster), i.Service}
	if services[key] == nil {
		services[key] = &ServiceCount{Cluster: key[0], Service: key[1]}
	}
	services[key].Interruptions++
	switch i.Result {
	case Redeployed:
		services[key].Redeployments++
	case Failed:
		r.Failures++
		services[key].Failures++
	case Observed:
		r.Skipped[string(Observed)]++
	case Skipped:
		r.Skipped[string(i.Reason)]++
	}
	zones[i.Zone]++
	at := i.At.UTC()
	r.ByHour[(int(at.Weekday())+6)%7][at.Hour()]++
}

func (r *Report) countRedeployments() {
	var reactions, seconds []int64
	for _, d := range r.RedeploymentsAll {
		r.Redeployments++
		if d.ReactionMS != nil {
			reactions = append(reactions, *d.ReactionMS)
		}
		*r.Outcomes.of(d.Outcome)++
		if d.OutcomeSeconds > 0 && d.Outcome != OutcomeInProgress {
			seconds = append(seconds, int64(d.OutcomeSeconds))
		}
		if why := d.OutcomeUnknownWhy; why != "" && !slices.Contains(r.UnknownOutcomes, why) {
			r.UnknownOutcomes = append(r.UnknownOutcomes, why)
		}
	}
	r.ReactionMS, r.Outcomes.Seconds = spread(reactions), spread(seconds)
}

func (o *Outcomes) of(outcome Outcome) *int {
	switch outcome {
	case OutcomeCompleted:
		return &o.Completed
	case OutcomeRolledBack:
		return &o.RolledBack
	case OutcomeFailed:
		return &o.Failed
	case OutcomeStopped:
		return &o.Stopped
	case OutcomeInProgress:
		return &o.InProgress
	}
	return &o.Unknown
}

// spread uses the mean of the two middle figures if their number is even.
func spread(figures []int64) Spread {
	if len(figures) == 0 {
		return Spread{}
	}
	slices.Sort(figures)
	n := len(figures)
	median := (figures[(n-1)/2] + figures[n/2]) / 2
	return Spread{&median, &figures[n-1]}
}
