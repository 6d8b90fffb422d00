package cli

import (
	"errors"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// versionOutput is the JSON output of version.
type versionOutput struct {
	Version string            `json:"version"`
	Go      string            `json:"go"`
	System  string            `json:"system"`
	Code    map[string]string `json:"code"` // CodeSha256 of the function, by architecture
}

func versionCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the versions of this binary and of its embedded function",
		Args:  input.NoArguments,
		RunE:  func(*cobra.Command, []string) error { return showVersion(a) },
	}
}

func showVersion(a *command.App) error {
	output := versionOutput{a.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, map[string]string{}}
	for _, architecture := range []string{"arm64", "x86_64"} {
		zip, err := embed.Archive(architecture)
		if err != nil && !errors.Is(err, embed.ErrNotBuilt) {
			return err
		}
		if err == nil {
			output.Code[architecture] = embed.CodeSHA256(zip)
		}
	}
	if a.JSON() {
		return a.Out.JSON(output)
	}
	output.print(a.Out)
	return nil
}

func (v versionOutput) print(out *term.Printer) {
	out.Printf("spothandler %s (%s, %s)\n", v.Version, v.Go, v.System)
	for _, architecture := range []string{"arm64", "x86_64"} {
		code := v.Code[architecture]
		if code == "" {
			code = "not embedded: run `go generate ./embed` and build again"
		}
		out.Printf("function %-6s %s\n", architecture, code)
	}
}

// version is set by the linker. A binary built by `go install` uses the module's version.
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
