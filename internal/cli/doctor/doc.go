// Package doctor implements the command doctor. A reader makes all calls and fills regionFacts; newResult has
// internal/doctor check them, without any call; textPrinter and Output print the result. It depends on no other command.
package doctor
