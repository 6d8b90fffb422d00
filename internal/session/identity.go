// Package session connects to an AWS account: credentials, region, clients, and the caller's identity.
package session

import "strings"

// Identity is an account, a region, and the caller.
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

// PartitionOf returns the partition of a region by its name (SDK, partitions.json); aws if the name matches
// no other partition.
func PartitionOf(region string) string {
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
	return "aws"
}
