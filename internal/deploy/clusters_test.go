package deploy

import (
	"slices"
	"testing"
)

func TestParseClusters(t *testing.T) {
	const arn = "arn:aws:ecs:us-east-1:111122223333:cluster/shop"
	for _, test := range []struct{ texts, want []string }{
		{[]string{"all"}, nil},
		{[]string{"shop", "batch", "shop"}, []string{"batch", "shop"}},
		{[]string{arn, "shop"}, []string{"shop"}},
		{[]string{"arn:aws:ecs:us-east-1:111122223333:cluster/all"}, []string{"all"}},
	} {
		clusters, err := parseClusters("--cluster", test.texts)
		if err != nil {
			t.Fatal(err)
		}
		local, err := localClusters(identity(), clusters)
		if err != nil || !slices.Equal(local, test.want) {
			t.Errorf("%q are %q, %v", test.texts, local, err)
		}
	}
}

func TestClustersRefused(t *testing.T) {
	refused(t, given("cluster", "all", "cluster", "shop").Check("us-east-1", ""),
		"--cluster all does not go with other clusters", "all stands alone: it means every cluster")
	refused(t, given("cluster", "").Check("us-east-1", ""),
		`--cluster "" is not accepted`, "accepted: a name")
	for _, elsewhere := range []string{
		"arn:aws:ecs:eu-west-1:111122223333:cluster/shop",
		"arn:aws:ecs:us-east-1:999999999999:cluster/shop",
		"arn:aws-cn:ecs:us-east-1:111122223333:cluster/shop",
	} {
		_, err := localClusters(identity(), []string{elsewhere})
		refused(t, err, "--cluster "+elsewhere+" is not in account 111122223333, region us-east-1", "install in that account and region for it")
	}
}

// Two installations would both redeploy where one watches what the other does.
func TestOverlaps(t *testing.T) {
	record := func(change func(*Spec)) *Record {
		spec := Defaults("other")
		change(&spec)
		record := newRecord(spec, Release{Version: "1.0.0"})
		return &record
	}
	shop := func(s *Spec) { s.Clusters = []string{"shop"} }
	for _, test := range []struct {
		name   string
		other  *Record
		change func(*Spec)
		want   bool
	}{
		{"both watch everything", record(func(*Spec) {}), func(*Spec) {}, true},
		{"one watches everything", record(shop), func(*Spec) {}, true},
		{"a cluster in common", record(shop), func(s *Spec) { s.Clusters = []string{"batch", "shop"} }, true},
		{"none in common", record(shop), func(s *Spec) { s.Clusters = []string{"batch"} }, false},
		{"the other only observes", record(func(s *Spec) { s.Redeploy = "observe" }), func(*Spec) {}, false},
		{"the other is switched off", record(func(s *Spec) { s.RuleState = "DISABLED" }), func(*Spec) {}, false},
		{"this one only observes", record(func(*Spec) {}), func(s *Spec) { s.Redeploy = "observe" }, false},
		{"the other's record is lost", nil, func(*Spec) {}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := Defaults("prod")
			test.change(&spec)
			all := []Listed{{Prefix: "prod", Record: record(func(*Spec) {})}, {Prefix: "other", Record: test.other}}
			if got := len(Overlaps(all, spec)) > 0; got != test.want {
				t.Errorf("%t", got)
			}
		})
	}
}
