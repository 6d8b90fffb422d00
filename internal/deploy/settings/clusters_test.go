package settings

import (
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
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
	apperrtest.Refused(t, given("cluster", "all", "cluster", "shop").Check("us-east-1", ""),
		"--cluster all cannot be combined with other clusters", "--cluster NAME --cluster NAME, or all alone")
	apperrtest.Refused(t, given("cluster", "").Check("us-east-1", ""),
		`--cluster "" is not accepted`, "accepted: a name")
	apperrtest.Refused(t, given("cluster", "none").Check("us-east-1", ""),
		"--cluster none is not a cluster", "all watches every cluster; a cluster of that name is given by its ARN")
	apperrtest.Refused(t, given("cluster", "shop", "cluster", "None").Check("us-east-1", ""),
		"--cluster None is not a cluster", "all watches every cluster")
	for _, elsewhere := range []string{
		"arn:aws:ecs:eu-west-1:111122223333:cluster/shop",
		"arn:aws:ecs:us-east-1:999999999999:cluster/shop",
		"arn:aws-cn:ecs:us-east-1:111122223333:cluster/shop",
	} {
		_, err := LocalClusters(identity(), []string{elsewhere})
		apperrtest.Refused(t, err, "--cluster "+elsewhere+" is not in account 111122223333, Region us-east-1", "install in that account and Region for it")
	}
}
