// Package doctor implements the command doctor: it reads a Region's services and installations, has internal/doctor check
// them, and prints the findings. It depends on no other command.
package doctor
