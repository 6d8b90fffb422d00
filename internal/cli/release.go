package cli

import (
	"runtime/debug"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/deploy"
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

// releaseFor returns what this binary installs: its version, and the function for an architecture.
func releaseFor(architecture string) (deploy.Release, error) {
	zip, err := embed.Archive(architecture)
	if err != nil {
		return deploy.Release{}, err
	}
	return deploy.Release{Version: binaryVersion(), CodeSHA256: embed.CodeSHA256(zip), Zip: zip}, nil
}
