package settings

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// Check validates the content of the file without any call, until the context ends. Its errors name the line.
func (f File) Check(ctx context.Context) error {
	if f.Installations == nil {
		return Installation{Source: f.Path, Values: f.Values}.check(ctx)
	}
	return CheckTogether(ctx, f.Installations)
}

// CheckTogether validates each of several installations, and rejects two that are the same, or that would
// both redeploy for a cluster, as far as that is known without a call. It ends with the context.
func CheckTogether(ctx context.Context, all []Installation) error {
	earlier := claims{}
	for index, each := range all {
		if err := each.check(ctx); err != nil {
			return err
		}
		if other, found := earlier.add(index, each); found {
			if err := each.checkAgainst(all[other]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i Installation) check(ctx context.Context) error {
	if err := i.checkAccount(); err != nil {
		return err
	}
	for _, region := range append([]string{""}, i.Regions()...) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := i.Settings().Check(session.Identity{Account: i.Account(), Region: region}, i.Prefix()); err != nil {
			return i.Locate(err)
		}
	}
	return nil
}

// Locate makes an error about a flag refer to the line of the file with its value; it prefixes any other
// error with the location of the installation.
func (i Installation) Locate(err error) error {
	known, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return fmt.Errorf("%s: %w", i.Source, err)
	}
	located := *known
	named := false
	for key, value := range i.Values {
		if strings.Contains(located.Message, "--"+key+" ") {
			located.Message = strings.ReplaceAll(located.Message, "--"+key+" ", value.Source+" ")
		}
		named = named || strings.Contains(located.Message, value.Source)
	}
	if !named {
		located.Message = i.Source + ": " + located.Message
	}
	return &located
}

func (i Installation) checkAccount() error {
	expected, role := i.Values["expect-account"], i.Values["role-arn"]
	if account := Given(i.Values).Text("expect-account"); account != "" && !regexp.MustCompile(`^\d{12}$`).MatchString(account) {
		return refuse(expected.Source, account, "twelve digits")
	}
	if text := Given(i.Values).Text("role-arn"); text != "" {
		parts, ok := session.ParseRole(text)
		if !ok {
			return apperr.Invalid("role-arn: arn:PARTITION:iam::ACCOUNT:role/NAME", "%s %q is not the ARN of a role", role.Source, text)
		}
		for _, region := range i.Regions() {
			if err := (session.Identity{Region: region}).CheckPartition("--role-arn "+text, parts.Partition); err != nil {
				return i.Locate(err)
			}
		}
		if account := Given(i.Values).Text("expect-account"); !agree(account, parts.AccountID) {
			return apperr.Invalid("use the role's account, or another role", "%s is %s, and the role is in account %s", expected.Source, account, parts.AccountID)
		}
	}
	return nil
}

// meets returns the Regions in which two installations are in the same account; "" is the configured Region.
// What cannot be known without a call is left out.
func (i Installation) meets(other Installation) []string {
	same := i.credentials() == other.credentials()
	if a, b := i.Account(), other.Account(); a != "" && b != "" {
		same = a == b
	}
	if !same {
		return nil
	}
	mine, theirs := append([]string{}, i.Regions()...), append([]string{}, other.Regions()...)
	if len(mine) == 0 && len(theirs) == 0 {
		return []string{""}
	}
	return slices.DeleteFunc(mine, func(region string) bool { return !slices.Contains(theirs, region) })
}

// checkAgainst rejects an installation that is the same as another one, or works on the same clusters.
func (i Installation) checkAgainst(other Installation) error {
	regions := i.meets(other)
	if len(regions) == 0 {
		return nil
	}
	where := "in " + strings.Join(regions, ", ")
	if regions[0] == "" {
		where = "in the same Region"
	}
	if strings.EqualFold(i.Prefix(), other.Prefix()) { // IAM treats names that differ only in case as the same
		return apperr.Invalid("give one of them another prefix, Region or account",
			"%s is the same installation as %s on line %d: both have the prefix %q %s", i.Source, other.Name, other.Line, i.Prefix(), where)
	}
	mine, theirs := i.spec(), other.spec()
	if !Acts(string(mine.Redeploy), mine.RuleState) || !Acts(string(theirs.Redeploy), theirs.RuleState) || !Overlap(names(mine.Clusters), names(theirs.Clusters)) {
		return nil
	}
	return apperr.Invalid("cluster: [NAME, NAME]   for each, clusters that the other does not have",
		"%s and %s on line %d watch the same clusters %s: both would redeploy", i.Source, other.Name, other.Line, where)
}
