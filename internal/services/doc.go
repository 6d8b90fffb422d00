// Package services reads the ECS services of an account and region that run on Fargate Spot, with what
// surrounds them (task definitions, target groups, subnets, scalable targets), and asks the function's own
// gate what it would do about an interruption of each. It only reads, paced below the documented rates of
// AWS, and tells what it could not read.
package services
