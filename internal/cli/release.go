package cli

import (
	"runtime/debug"
)

// version is set by the linker; a binary of `go install` takes the module's.
var version string

func binaryVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version[1:] // without the v
	}
	return "0.0.0-dev"
}
