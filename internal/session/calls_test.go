package session

import "testing"

// Reads are distinguished from writes by their names: every call is one of the known verbs.
func TestIsRead(t *testing.T) {
	for call, want := range map[string]bool{
		"GetRole": true, "ListRoles": true, "DescribeRule": true, "FilterLogEvents": true,
		"TestEventPattern": true, "SimulatePrincipalPolicy": true, "AssumeRole": true,
		"PutRule": false, "CreateFunction": false, "DeleteRole": false, "UntagResource": false, "AddPermission": false,
	} {
		if isRead(call) != want {
			t.Errorf("%s is read: %v", call, !want)
		}
	}
}
