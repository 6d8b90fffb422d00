package term

import "fmt"

// Plural is a number of things: "1 task", "2 tasks".
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Are is the verb of a number of things: "1 task is", "2 tasks are".
func Are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
