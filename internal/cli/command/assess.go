package command

import (
	"errors"
	"slices"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Assess compares the installations found with their recorded settings and with what this version of the binary installs. others are the other installations in the Region.
func Assess(version string, found []*deploy.Installation, others []deploy.Listed) ([]deploy.Status, error) {
	all := []deploy.Status{}
	for _, each := range found {
		architecture := settings.Defaults("").Architecture
		if each.Record != nil {
			architecture = each.Record.Architecture
		}
		release, err := ReleaseFor(version, architecture)
		if err != nil { // a binary without the function's code can still inspect
			release = resource.Release{Version: version}
		}
		status, err := deploy.Assess(each, release, others)
		if err != nil {
			return nil, err
		}
		all = append(all, status)
	}
	return all, nil
}

// CombineFailures returns one error for all installations that could not be inspected, or nil if failed is empty.
func CombineFailures(failed []deploy.Failure) error {
	if len(failed) == 0 {
		return nil
	}
	first := failed[0].Err
	var known *apperr.Error
	if !errors.As(first, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: first.Error(), Err: first}
	}
	explained := *known
	for _, other := range failed[1:] {
		explained.Detail = append(slices.Clone(explained.Detail), deploy.DisplayPrefix(other.Prefix)+": "+apperr.MaskURLs(other.Err.Error()))
	}
	return &explained
}

// ReleaseFor returns the release that this binary, of the given version, installs: with the function's code for an architecture.
func ReleaseFor(version, architecture string) (resource.Release, error) {
	zip, err := embed.Archive(architecture)
	if err != nil {
		return resource.Release{}, err
	}
	return resource.Release{Version: version, CodeSHA256: embed.CodeSHA256(zip), Zip: zip}, nil
}
