package services

import "golang.org/x/time/rate"

// limits pace the calls with one limiter for each bucket that AWS documents. All callers in the account and
// region share a bucket, so only half of its burst and four fifths of its refill are used.
type limits struct {
	clusters    *rate.Limiter // ListClusters, DescribeClusters
	services    *rate.Limiter // ListServices, DescribeServices
	definitions *rate.Limiter // DescribeTaskDefinition
	tasks       *rate.Limiter // ListTasks, DescribeTasks
	balancer    *rate.Limiter // every Describe call of Elastic Load Balancing
	subnets     *rate.Limiter // DescribeSubnets
	scaling     *rate.Limiter // DescribeScalableTargets, whose rate is not published
	images      *rate.Limiter // DescribeRepositories, with a thousand per page
}

// newLimits returns the documented limits: burst and refill per second (ECS developer guide, request
// throttling; ELB API reference, API throttling; EC2 API reference, request throttling).
func newLimits() *limits {
	bucket := func(burst, refill float64) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(refill*4/5), int(burst/2))
	}
	return &limits{
		clusters:    bucket(50, 20),
		services:    bucket(100, 20),
		definitions: bucket(50, 20),
		tasks:       bucket(100, 20),
		balancer:    bucket(40, 10),
		subnets:     bucket(100, 20),
		scaling:     bucket(20, 5),
		images:      bucket(20, 5),
	}
}
