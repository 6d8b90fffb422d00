package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli"
)

var snapshotFolders = flag.String("snapshots", "", "the dist folders of two snapshots of one commit, with a comma between them")

// snapshots returns the directories of two snapshots.
func snapshots(t *testing.T) (first, second string) {
	t.Helper()
	first, second, ok := strings.Cut(*snapshotFolders, ",")
	if !ok {
		t.Skip("make release-test builds the snapshots and runs this")
	}
	return first, second
}

// artifacts returns the contents of the files that a release publishes, by name.
func artifacts(t *testing.T, dist string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, pattern := range []string{"*.tar.gz", "*.zip", "*.deb", "*.rpm", "*.sbom.json", "checksums.txt", "homebrew/Casks/*.rb"} {
		paths, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("there is no %s in %s: %v", pattern, dist, err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(path)] = content
		}
	}
	return files
}

// A release has an archive with its SBOM for each of six systems, a deb and an rpm for two, checksums and a cask; and
// a second build of the commit, in another directory and later, gives the same bytes.
func TestSnapshotsAreReproducible(t *testing.T) {
	one, two := snapshots(t)
	first, second := artifacts(t, one), artifacts(t, two)
	if len(first) != 6+6+4+2 || len(second) != len(first) {
		t.Errorf("%d and %d artifacts: %q", len(first), len(second), names(first))
	}
	for name, content := range first {
		t.Logf("%9d  %s", len(content), name)
		switch again := second[name]; {
		case name == "checksums.txt": // lists the SBOMs as well
			if !slices.Equal(checksumsExcept(content, ".sbom.json"), checksumsExcept(again, ".sbom.json")) {
				t.Errorf("checksums.txt differs:\n%s\n%s", content, again)
			}
		case strings.HasSuffix(name, ".sbom.json"):
			if !reflect.DeepEqual(normalSBOM(t, content), normalSBOM(t, again)) {
				t.Errorf("%s differs in more than time and identifier", name)
			}
		case !bytes.Equal(content, again):
			t.Errorf("%s differs", name)
		}
	}
}

func names[T any](files map[string]T) []string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// checksumsExcept returns the lines of checksums that do not end in a suffix.
func checksumsExcept(content []byte, suffix string) []string {
	return slices.DeleteFunc(strings.Split(string(content), "\n"), func(line string) bool { return strings.HasSuffix(line, suffix) })
}

// normalSBOM returns an SPDX document without what differs between two documents with the same contents.
func normalSBOM(t *testing.T, content []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	packages, _ := document["packages"].([]any)
	if len(packages) < 30 || document["spdxVersion"] == nil {
		t.Fatalf("an SBOM with %d packages", len(packages))
	}
	delete(document, "documentNamespace")
	delete(document["creationInfo"].(map[string]any), "created")
	return document
}

// wanted returns the files of every archive other than the binary.
func wanted(t *testing.T) []string {
	t.Helper()
	all := []string{"LICENSE", "THIRD_PARTY_LICENSES.txt", "README.md", "CHANGELOG.md"}
	for _, name := range names(extras(t, filepath.Join(t.TempDir(), "extras"))) {
		all = append(all, filepath.ToSlash(name))
	}
	return all
}

// Every archive and every package holds the licenses, the completions, and a man page for each command.
func TestSnapshotContents(t *testing.T) {
	dist, _ := snapshots(t)
	want := wanted(t)
	for name, content := range artifacts(t, dist) {
		files, binary := want, "spothandler"
		var got []string
		switch {
		case strings.HasSuffix(name, ".tar.gz"):
			got = tarNames(t, content)
		case strings.HasSuffix(name, ".zip"):
			got, binary = zipNames(t, content), "spothandler.exe"
		case strings.HasSuffix(name, ".deb"):
			got, files, binary = tarNames(t, debData(t, content)), packaged("/usr/share/zsh/vendor-completions/_spothandler", "/usr/share/doc/spothandler/copyright"), "/usr/bin/spothandler"
		case strings.HasSuffix(name, ".rpm"):
			if _, err := exec.LookPath("rpm"); err != nil {
				t.Logf("no rpm here that could list %s", name)
				continue
			}
			got, files, binary = rpmNames(t, filepath.Join(dist, name)), packaged("/usr/share/zsh/site-functions/_spothandler", "/usr/share/licenses/spothandler/LICENSE"), "/usr/bin/spothandler"
		default:
			continue
		}
		for _, file := range append([]string{binary}, files...) {
			if !slices.Contains(got, file) {
				t.Errorf("%s lacks %s: %q", name, file, got)
			}
		}
	}
}

// packaged returns the paths of files that a package installs.
func packaged(own ...string) []string {
	files := append(own, "/usr/share/bash-completion/completions/spothandler", "/usr/share/fish/vendor_completions.d/spothandler.fish",
		"/usr/share/doc/spothandler/THIRD_PARTY_LICENSES.txt")
	for _, cmd := range everyCommand(cli.Commands()) {
		files = append(files, "/usr/share/man/man1/"+strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1.gz")
	}
	return files
}

// tarNames returns the files of an archive, all of which are owned by root and world-readable.
func tarNames(t *testing.T, content []byte) []string {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		mode := int64(0o644)
		if header.Typeflag == tar.TypeDir || strings.TrimPrefix(header.Name, "./usr/bin/") == "spothandler" {
			mode = 0o755
		}
		if header.Uname != "root" || header.Gname != "root" || header.Mode&0o777 != mode {
			t.Errorf("%s is %s:%s's, mode %o", header.Name, header.Uname, header.Gname, header.Mode)
		}
		found = append(found, strings.TrimPrefix(header.Name, "."))
	}
}

func zipNames(t *testing.T, content []byte) []string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range archive.File {
		found = append(found, file.Name)
	}
	return found
}

// debData returns the data.tar.gz of a package. A package is an ar archive: files of an even length, each after a
// header of 60 bytes with its name first and its length at 48 (ar(5), deb(5)).
func debData(t *testing.T, content []byte) []byte {
	t.Helper()
	for rest := content[len("!<arch>\n"):]; len(rest) > 60; {
		var length int
		for _, digit := range bytes.TrimSpace(rest[48:58]) {
			length = 10*length + int(digit-'0')
		}
		if strings.HasPrefix(string(rest), "data.tar.gz") {
			return rest[60 : 60+length]
		}
		rest = rest[60+length+length%2:]
	}
	t.Fatal("no data.tar.gz")
	return nil
}

func rpmNames(t *testing.T, path string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "rpm", "-qlp", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// hostRunner returns a runner of this machine's type with the snapshot as a release, its version, and its archive.
func hostRunner(t *testing.T) (r *runner, version, archive string) {
	t.Helper()
	dist, _ := snapshots(t)
	r = newRunner(t)
	var metadata struct{ Version string }
	content, err := os.ReadFile(filepath.Join(dist, "metadata.json"))
	if err != nil || json.Unmarshal(content, &metadata) != nil {
		t.Fatal("reading metadata.json: ", err)
	}
	for name, content := range artifacts(t, dist) {
		r.write("releases/v"+metadata.Version+"/"+name, string(content))
	}
	r.write("attested", r.read("releases/v"+metadata.Version+"/checksums.txt"))
	r.os = map[string]string{"linux": "Linux", "darwin": "macOS"}[runtime.GOOS]
	r.arch = map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	return r, metadata.Version, "spothandler_" + metadata.Version + "_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz"
}

// The action installs the snapshot from a server of releases, verifies it and runs it, but not with one additional
// byte.
func TestSnapshotInstallsByTheAction(t *testing.T) {
	r, version, archive := hostRunner(t)
	inputs := map[string]string{"version": version, "run": "version"}
	output, err := r.act(inputs)
	if err != nil || !strings.Contains(output, "\nspothandler "+version+" (") {
		t.Errorf("%s, %v", output, err)
	}
	r.write("releases/v"+version+"/"+archive, r.read("releases/v"+version+"/"+archive)+"x")
	if output, err := r.act(inputs); err == nil || strings.Contains(output, "spothandler "+version+" (") || !strings.Contains(output, "is not the one in checksums.txt") {
		t.Errorf("tampered with: %s, %v", output, err)
	}
}

// So do the commands in docs/security.md.
func TestSnapshotInstallsAsDocumented(t *testing.T) {
	r, version, archive := hostRunner(t)
	script := documented(t, "../../docs/security.md", "## Verify a release")
	script = strings.NewReplacer(releases, r.url, fakeArchive, archive, "1.0.0", version).Replace(script)
	if output, err := r.bash(script+"\n./spothandler version", nil); err != nil || !strings.Contains(output, "\nspothandler "+version+" (") {
		t.Errorf("%s, %v", output, err)
	}
}

// The package for this machine has a binary that runs, its completions and its man pages.
func TestSnapshotPackage(t *testing.T) {
	dist, _ := snapshots(t)
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("no dpkg-deb")
	}
	r, version, archive := hostRunner(t)
	deb := filepath.Join(dist, strings.Replace(archive, ".tar.gz", ".deb", 1))
	output, err := r.bash(`dpkg-deb --info '`+deb+`' && dpkg-deb -x '`+deb+`' root && root/usr/bin/spothandler version && root/usr/bin/spothandler __complete inst`, nil)
	for _, want := range []string{"Package: spothandler", "Section: admin", "spothandler " + version, "install\t"} {
		if err != nil || !strings.Contains(output, want) {
			t.Errorf("without %q: %s, %v", want, output, err)
		}
	}
}
