// Package simulate rehearses an interruption on the real path: it sends an event to EventBridge that the function
// handles as a dry run, waits for the function's record, and reports for each link of the path whether it works.
// Without any call, it also evaluates the events of a real interruption, and an event from a file.
package simulate
