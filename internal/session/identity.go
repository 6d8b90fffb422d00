// Package session is the way to an AWS account: credentials, region, clients, and whose they are.
package session

import "strings"

// Identity is an account and a region, and who calls AWS there.
type Identity struct {
	Partition string `json:"partition"` // aws, aws-cn, aws-us-gov ...
	Account   string `json:"account"`   // twelve digits
	Region    string `json:"region"`
	Caller    string `json:"caller"` // the ARN that GetCallerIdentity answers
}

// ARN returns the ARN of a resource of this account: region is empty for a global service.
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

// PartitionOf returns the partition that a region's name tells (SDK, partitions.json): aws where it tells no other.
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
