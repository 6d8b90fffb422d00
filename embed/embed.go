// Package embed contains the Lambda function's code inside the spothandler
// binary: one zip file for each architecture, built by `go generate ./embed`.
//
// A clone without the zip files still compiles: [Archive] then returns
// [ErrNotBuilt], which says what to run.
package embed

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
)

//go:generate go run build.go

//go:embed dist
var dist embed.FS

// ErrNotBuilt is returned by [Archive] in a binary that was compiled without
// the function's code. Its text says how to build one that contains it.
var ErrNotBuilt = errors.New("this binary was built without the function's code: " +
	"run `go generate ./embed` and build again, or download a release")

// Archive returns the zip file with the function's code for an architecture as
// Lambda names it: "arm64" or "x86_64". The error is [ErrNotBuilt] if this
// binary was compiled before `go generate ./embed`.
func Archive(architecture string) ([]byte, error) {
	return archive(dist, architecture)
}

func archive(files fs.FS, architecture string) ([]byte, error) {
	switch architecture {
	case "arm64", "x86_64":
	default:
		return nil, fmt.Errorf("unknown architecture %q: use arm64 or x86_64", architecture)
	}
	zip, err := fs.ReadFile(files, "dist/"+architecture+".zip")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("reading the function's code: %w", err)
	}
	return zip, nil
}

// CodeSHA256 returns the hash of a zip file in the format of CodeSha256 in
// Lambda's GetFunction: the SHA-256 of the bytes in standard base64, 44
// characters.
func CodeSHA256(zip []byte) string {
	sum := sha256.Sum256(zip)
	return base64.StdEncoding.EncodeToString(sum[:])
}
