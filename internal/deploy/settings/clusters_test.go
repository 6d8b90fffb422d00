package settings

import (
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/session"
)

func TestParseClusters(t *testing.T) {
	arnOf := func(name string) string { return "arn:aws:ecs:us-east-1:111122223333:cluster/" + name }
	for _, test := range []struct{ texts, want []string }{
		{[]string{"all"}, nil},
		{[]string{"shop", "batch", "shop"}, []string{"batch", "shop"}},
		{[]string{arnOf("shop"), "shop"}, []string{"shop"}},
		{[]string{arnOf("all")}, []string{arnOf("all")}}, // its name would mean every cluster
		{[]string{arnOf("None")}, []string{arnOf("None")}},
	} {
		clusters, err := ParseClusters("--cluster", test.texts)
		if err != nil {
			t.Fatal(err)
		}
		local, err := LocalClusters(identity(), clusters)
		if err != nil || !slices.Equal(local, test.want) {
			t.Errorf("%q are %q, %v", test.texts, local, err)
		}
	}
}

func TestClustersRefused(t *testing.T) {
	apperrtest.Refused(t, given("cluster", "all", "cluster", "shop").Check(session.Identity{Region: "us-east-1"}, ""),
		"--cluster all cannot be combined with other clusters", "--cluster NAME --cluster NAME, or only --cluster all")
	apperrtest.Refused(t, given("cluster", "").Check(session.Identity{Region: "us-east-1"}, ""),
		`--cluster "" is not accepted`, "accepted: a name")
	apperrtest.Refused(t, given("cluster", "none").Check(session.Identity{Region: "us-east-1"}, ""),
		"--cluster none is not a cluster", "all watches every cluster; a cluster of that name is given by its ARN")
	apperrtest.Refused(t, given("cluster", "shop", "cluster", "None").Check(session.Identity{Region: "us-east-1"}, ""),
		"--cluster None is not a cluster", "all watches every cluster")
	for _, test := range []struct{ cluster, message, hint string }{
		{"arn:aws:ecs:eu-west-1:111122223333:cluster/shop", " is not in Region us-east-1", "use a cluster in the function's Region"},
		{"arn:aws:ecs:us-east-1:999999999999:cluster/shop", " is not in account 111122223333", "use a cluster in the function's account"},
		{"arn:aws-cn:ecs:us-east-1:111122223333:cluster/shop", ": Region us-east-1 is in partition aws, not aws-cn", "use a Region in partition aws-cn, or a value in partition aws"},
	} {
		_, err := LocalClusters(identity(), []string{test.cluster})
		apperrtest.Refused(t, err, "--cluster "+test.cluster+test.message, test.hint)
		apperrtest.Refused(t, given("cluster", test.cluster).Check(identity(), ""), "--cluster "+test.cluster+test.message, test.hint)
		if err := given("cluster", test.cluster).Check(session.Identity{}, ""); err != nil {
			t.Errorf("without an account and a Region: %v", err)
		}
	}
}
