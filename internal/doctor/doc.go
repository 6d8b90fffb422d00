// Package doctor reports whether the ECS services of an account survive an interruption of Fargate Spot. Its checks
// are pure functions of what package services has read, listed in tables.
package doctor
