package cli

import (
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// assess compares what was found with what was asked for.
func assess(found []*deploy.Installation, others []deploy.Listed) ([]deploy.Status, error) {
	all := []deploy.Status{}
	for _, each := range found {
		architecture := settings.Defaults("").Architecture
		if each.Record != nil {
			architecture = each.Record.Architecture
		}
		release, err := releaseFor(architecture)
		if err != nil { // a binary without the function's code can still look
			release = deploy.Release{Version: binaryVersion()}
		}
		status, err := deploy.Assess(each, release, others)
		if err != nil {
			return nil, err
		}
		all = append(all, status)
	}
	return all, nil
}
