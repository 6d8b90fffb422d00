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

// completionLimit is the maximum time that completion waits for AWS. On any error it offers no words.
const completionLimit = 3 * time.Second

// someRegion is the Region in which completion lists Regions if none is configured.
const someRegion = "us-east-1"

// finder returns the words that complete a flag.
type finder func(context.Context, *command.Connection) ([]string, error)

// completion completes the flags of the commands that call AWS.
type completion struct{ *command.App }

// offerKnown registers, for every command that calls AWS, the completion of flags from the account and the AWS
// configuration files.
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

// quietly finds words with the credentials and Region of the flags typed so far. It prints nothing and asks for no MFA
// code.
func (c completion) quietly(cmd *cobra.Command, find finder) []string {
	ctx := cmd.Context()
	if !c.Patient {
		limited, cancel := context.WithTimeout(ctx, completionLimit)
		defer cancel()
		ctx = limited
	}
	if c.Sources.Fill(cmd) != nil {
		return nil
	}
	quiet := c.NonInteractive()
	if len(quiet.Regions) > 0 {
		quiet.Region = quiet.Regions[0]
	} else if _, err := quiet.FindRegion(ctx); err != nil {
		quiet.Region = someRegion // when completing --region there may be none yet
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

// installedPrefixes returns the prefixes in the Region, except the empty one.
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

// knownRegions returns the enabled Regions or, if the caller is not permitted to list them, those with an installation.
func knownRegions(ctx context.Context, s *command.Connection) ([]string, error) {
	regions, err := s.EnabledRegions(ctx)
	if err == nil {
		return regions, nil
	}
	regions, _, err = deploy.Regions(ctx, s.Clients, s.ID, nil)
	return regions, err
}

// clusters returns the names of the ECS clusters in the Region.
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

// profiles returns the profiles in the files that the SDK reads: [profile NAME] in the config file and [NAME] in the
// credentials file (AWS SDKs and Tools Reference Guide, shared config and credentials files).
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

// sections returns the names in the lines of a file that match pattern: for each, its non-empty group.
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
