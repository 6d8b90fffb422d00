package config

import "github.com/spothandler/spothandler/internal/deploy/settings"

// Output is the JSON output of the config commands.
type Output struct {
	File          string         `json:"file"` // "" if the text was printed
	Installations []Installation `json:"installations"`
	Text          string         `json:"text,omitempty"` // of the file
}

// Installation is one installation in a file.
type Installation struct {
	Name    string   `json:"name"` // "" if the file contains only one
	Prefix  string   `json:"prefix"`
	Regions []string `json:"regions"` // empty: the Region of the AWS configuration
	Account string   `json:"account"` // "" means any
}

// installationsIn returns the installations in a file.
func installationsIn(file settings.File) Output {
	output := Output{File: file.Path, Installations: []Installation{}}
	all := file.Installations
	if all == nil {
		all = []settings.Installation{{Values: file.Values}}
	}
	for _, each := range all {
		output.Installations = append(output.Installations, Installation{each.Name, each.Prefix(), append([]string{}, each.Regions()...), each.Account()})
	}
	return output
}
