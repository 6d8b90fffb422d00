package settings

// FileVersion is the version of the configuration file's format. A file may omit it.
const FileVersion = 1

// The keys of a file that are neither settings nor address keys.
const (
	keyVersion       = "version"
	keyInstallations = "installations"
)

// AddressKeys returns the keys that identify an installation and its account. A file may contain them besides
// the settings; each has the name of its flag.
func AddressKeys() []string {
	return []string{"prefix", "region", "profile", "role-arn", "expect-account"}
}

// acceptedKeys returns the accepted keys of an installation: first the address keys.
func acceptedKeys() []string {
	keys := AddressKeys()
	for _, setting := range All() {
		keys = append(keys, setting.Name)
	}
	return keys
}
