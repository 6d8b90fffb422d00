package deploy

import "testing"

// A record with a value that no version of ours accepts is not followed; its version still counts.
func TestRecordWithBadValue(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", given("memory-size", "256"))
		found := a.look(t, "", nil)
		found.Record.Timeout, found.Record.Version = 0, "2.0.0"
		spec, warnings, err := found.Resolve(nil, false)
		if err != nil || spec.Timeout != 60 || spec.MemorySize != 256 {
			t.Errorf("%+v, %v", spec, err)
		}
		sameLines(t, warnings, "there is no record: memory size 256 is taken from the resources")
		if err := found.CheckVersion("1.0.0", false); err == nil {
			t.Error("a newer installation was not refused")
		}
	})
}
