package embed

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

// maxZip keeps the upload of an installation fast and the function's cold start
// short.
const maxZip = 4 << 20

func TestArchive(t *testing.T) {
	built := fstest.MapFS{
		"dist/README.md":  {Data: []byte("read me")},
		"dist/arm64.zip":  {Data: []byte("arm")},
		"dist/x86_64.zip": {Data: []byte("intel")},
	}
	fresh := fstest.MapFS{"dist/README.md": {Data: []byte("read me")}}
	tests := map[string]struct {
		files        fs.FS
		architecture string
		want         string
		wantErr      string
	}{
		"arm64":              {files: built, architecture: "arm64", want: "arm"},
		"x86_64":             {files: built, architecture: "x86_64", want: "intel"},
		"Go's name":          {files: built, architecture: "amd64", wantErr: `unknown architecture "amd64": use arm64 or x86_64`},
		"empty":              {files: built, architecture: "", wantErr: `unknown architecture "": use arm64 or x86_64`},
		"no way to the rest": {files: built, architecture: "../dist/arm64", wantErr: `unknown architecture "../dist/arm64": use arm64 or x86_64`},
		"a fresh clone":      {files: fresh, architecture: "arm64", wantErr: ErrNotBuilt.Error()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := archive(tt.files, tt.architecture)
			if string(got) != tt.want || errorText(err) != tt.wantErr {
				t.Errorf("archive = %q, %q; want %q, %q", got, errorText(err), tt.want, tt.wantErr)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestErrNotBuiltIsASentinel(t *testing.T) {
	if _, err := archive(fstest.MapFS{}, "arm64"); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("archive = %v, want ErrNotBuilt", err)
	}
}

func TestCodeSHA256(t *testing.T) {
	// printf abc | openssl dgst -sha256 -binary | base64
	const want = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
	if got := CodeSHA256([]byte("abc")); got != want {
		t.Errorf("CodeSHA256 = %s, want %s", got, want)
	}
}

// TestWhatIsEmbedded checks the archives embedded in this build.
func TestWhatIsEmbedded(t *testing.T) {
	machines := map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}
	for architecture, machine := range machines {
		t.Run(architecture, func(t *testing.T) {
			data, err := Archive(architecture)
			if errors.Is(err, ErrNotBuilt) && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(data) >= maxZip {
				t.Errorf("the zip has %d bytes, want less than %d", len(data), maxZip)
			}
			checkZip(t, data, machine)
		})
	}
}

// checkZip checks that the zip contains one file, `bootstrap`, that Lambda can
// start on the machine.
func checkZip(t *testing.T, data []byte, machine elf.Machine) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != 1 || r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 {
		t.Fatalf("the zip holds %d files, the first %s %v; want bootstrap alone, -rwxr-xr-x",
			len(r.File), r.File[0].Name, r.File[0].Mode())
	}
	f, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	bootstrap, err := io.ReadAll(f) // reads to the end, so the CRC is checked too
	if err != nil {
		t.Fatal(err)
	}
	executable, err := elf.NewFile(bytes.NewReader(bootstrap))
	if err != nil {
		t.Fatal(err)
	}
	if executable.Machine != machine {
		t.Errorf("bootstrap is for %v, want %v", executable.Machine, machine)
	}
	if libs, err := executable.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("bootstrap needs the libraries %v (%v), want none", libs, err)
	}
}
