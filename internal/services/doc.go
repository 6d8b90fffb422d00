// Package services reads the ECS services of an account and Region that run on Fargate Spot together with the
// resources that they use (task definitions, target groups, subnets, scalable targets), and evaluates the
// function's gate for an interruption of each. It only reads, at less than AWS's documented rates, and
// reports what it could not read.
package services
