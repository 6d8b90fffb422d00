// Package simulate rehearses an interruption on the real path: it sends an event to EventBridge that the function only
// answers as a dry run, waits for the function's record, and tells link by link whether the path holds. It also says
// what the events of a real interruption would come to, and what an event from a file would, without any call.
package simulate
