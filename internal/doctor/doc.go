// Package doctor reports whether the ECS services of an account survive an interruption of Fargate Spot:
// pure checks over what package services read, one table of them.
package doctor
