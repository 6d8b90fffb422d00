package cli

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/handler"
)

// completionLimit is how long a person who pressed the tab key waits for AWS. Whatever goes wrong, there is then
// nothing to offer.
const completionLimit = 3 * time.Second

// someRegion is where the account is asked for its regions by whoever has chosen none.
const someRegion = "us-east-1"

// finder finds the words that a flag can be completed to.
type finder func(context.Context, *command.Connection) ([]string, error)

// completion completes the flags of the commands that call AWS.
type completion struct{ *command.App }

// offerKnown lets the shell offer, for every command that calls AWS, the values of its flags that an account or a
// file knows.
func (c completion) offerKnown(cmd *cobra.Command) {
	for _, each := range cmd.Commands() {
		c.offerKnown(each)
	}
	if !input.CallsAWS(cmd) {
		return
	}
	for flag, find := range map[string]finder{"prefix": installedPrefixes, "region": knownRegions, "cluster": clusters} {
		if cmd.Flags().Lookup(flag) != nil {
			input.CompleteFunc(cmd, flag, func(cmd *cobra.Command) []string { return c.quietly(cmd, find) })
		}
	}
	input.CompleteFunc(cmd, "profile", func(*cobra.Command) []string { return c.profiles() })
}

// quietly asks AWS, as the flags that were typed before say, without a word on the terminal and without asking for a
// code.
func (c completion) quietly(cmd *cobra.Command, find finder) []string {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionLimit)
	defer cancel()
	if c.Sources.Fill(cmd) != nil {
		return nil
	}
	quiet := c.NonInteractive()
	if len(quiet.Regions) > 0 {
		quiet.Region = quiet.Regions[0]
	} else if _, err := quiet.FindRegion(ctx); err != nil {
		quiet.Region = someRegion // whoever completes --region may have none
	}
	s, err := quiet.Connect(ctx, nil)
	if err != nil {
		return nil
	}
	words, err := find(ctx, s)
	if err != nil {
		return nil
	}
	return words
}

// installedPrefixes are those of the region, but for the empty one, which is given by no flag.
func installedPrefixes(ctx context.Context, s *command.Connection) ([]string, error) {
	listed, err := deploy.List(ctx, s.Clients, s.ID)
	if err != nil {
		return nil, err
	}
	var prefixes []string
	for _, each := range listed {
		if each.Prefix != "" {
			prefixes = append(prefixes, each.Prefix)
		}
	}
	return prefixes, nil
}

// knownRegions are those that are enabled, or, where the caller may not list them, those that have an installation.
func knownRegions(ctx context.Context, s *command.Connection) ([]string, error) {
	regions, err := s.EnabledRegions(ctx)
	if err == nil {
		return regions, nil
	}
	regions, _, err = deploy.Regions(ctx, s.Clients, s.ID, nil)
	return regions, err
}

// clusters are the names of the region's ECS clusters.
func clusters(ctx context.Context, s *command.Connection) ([]string, error) {
	var names []string
	for pages := ecs.NewListClustersPaginator(ecs.NewFromConfig(s.Config), &ecs.ListClustersInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, arn := range page.ClusterArns {
			names = append(names, handler.NameOf(arn))
		}
	}
	slices.Sort(names)
	return names, nil
}

// profiles are those of the files that the SDK reads. They are named [profile NAME] in the configuration, and [NAME] in the credentials (AWS SDKs and Tools Reference
// Guide, shared config and credentials files).
func (c completion) profiles() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	file := func(variable, name string) string {
		if path := c.Getenv(variable); path != "" {
			return path
		}
		return filepath.Join(home, ".aws", name)
	}
	names := slices.Concat(
		sections(file("AWS_CONFIG_FILE", "config"), `^\[\s*(?:profile\s+(\S.*?)|(default))\s*\]`),
		sections(file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), `^\[\s*(\S.*?)\s*\]`),
	)
	slices.Sort(names)
	return slices.Compact(names)
}

// sections are the names that the headings of a file have, in the first group of the pattern that is not empty.
func sections(path, pattern string) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	heading := regexp.MustCompile(pattern)
	var names []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if found := heading.FindStringSubmatch(strings.TrimSpace(lines.Text())); found != nil {
			names = append(names, strings.Trim(strings.Join(found[1:], ""), `"'`))
		}
	}
	return names
}
