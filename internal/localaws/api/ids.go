package api

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// NewID returns a random version 4 UUID.
func NewID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, according to its documentation
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// RandomHex returns n random hexadecimal digits, at most 32.
func RandomHex(n int) string { return strings.ReplaceAll(NewID(), "-", "")[:n] }

// UniqueID returns an IAM identifier: its kind (AROA for a role), then 17 upper case letters and digits.
func UniqueID(kind string) string { return kind + rand.Text()[:17] }
