// Package doctor is the command doctor: it reads a Region's services and installations, has internal/doctor judge them, and
// prints what it says. It depends on no other command.
package doctor
