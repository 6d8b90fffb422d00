package cli_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"github.com/spothandler/spothandler/embed"
)

// corrupted returns the function's zip with the first byte of its program changed, so that it is not executable.
func corrupted(t *testing.T, architecture string) []byte {
	t.Helper()
	archive, err := embed.Archive(architecture)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := reader.Open("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	program, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	program[0] ^= 0xff
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	entry, err := writer.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
