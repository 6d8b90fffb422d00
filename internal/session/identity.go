// Package session connects to an AWS account: credentials, Region, clients, and the caller's identity.
package session

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Identity is an account, a Region, and the caller.
type Identity struct {
	Partition string `json:"partition"` // aws, aws-cn, aws-us-gov ...
	Account   string `json:"account"`   // twelve digits
	Region    string `json:"region"`
	Caller    string `json:"caller"` // the ARN that GetCallerIdentity returns
}

// ARN returns the ARN of a resource in this account: region is empty for a global service.
func (id Identity) ARN(service, region, resource string) string {
	return strings.Join([]string{"arn", id.Partition, service, region, id.Account, resource}, ":")
}

// ClusterARN returns the ARN of an ECS cluster given by name or by ARN.
func (id Identity) ClusterARN(cluster string) string {
	if strings.HasPrefix(cluster, "arn:") {
		return cluster
	}
	return id.ARN("ecs", id.Region, "cluster/"+cluster)
}

// PartitionOf returns the partition of a Region by its name; aws if the name matches no partition.
func PartitionOf(region string) string { return cmp.Or(KnownPartition(region), "aws") }

// KnownPartition returns the partition whose Regions have names like this one (SDK, partitions.json); "" if
// the name matches none, as that of a partition which is newer than this program.
func KnownPartition(region string) string {
	for _, known := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-iso-", "aws-iso"},
		{"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-isof-", "aws-iso-f"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, known.prefix) {
			return known.partition
		}
	}
	if regexp.MustCompile(`^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$`).MatchString(region) {
		return "aws"
	}
	return ""
}

// CheckPartition returns an error if what a flag gives, which is in the partition, is not in the identity's, or, where
// that is "", in its Region's. What is unknown is not checked.
func (id Identity) CheckPartition(what, partition string) error {
	own := cmp.Or(id.Partition, KnownPartition(id.Region))
	if partition == "" || own == "" || partition == own {
		return nil
	}
	return apperr.Invalid("use a Region in partition "+partition+", or a value in partition "+own,
		"%s: Region %s is in partition %s, not %s", what, id.Region, own, partition)
}
