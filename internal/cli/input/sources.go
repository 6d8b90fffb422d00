package input

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// This file sets the values of flags: from the command line, else from SPOTHANDLER_<FLAG>, else from the file of --config.
// It is independent of the commands: every flag of a command can be given in all three ways.

// NotInFile is the annotation of a flag that is not the setting of the same name: for example, --cluster of doctor is the
// cluster to inspect, not the clusters to watch. Neither the file nor the variable of that setting sets the flag.
const NotInFile = "not in the file"

// Sources sets the flags of a command, and records the origin of each value for errors.
type Sources struct {
	Environ      []string          // as os.Environ
	Origins      map[string]string // by flag name: "--prefix", "SPOTHANDLER_PREFIX", "c.yaml:1: prefix"
	PrefixOrigin string            // origin of the prefix of a command without --prefix; "" if it has none

	File          string                  // configuration file with several installations; "" if there is none
	Installations []settings.Installation // the selected installations in the file
	FileCount     int                     // number of installations in the file

	OnlyFile   string         // configuration file whose settings set the flags; "" if there is none
	OnlyName   string         // the installation in it, if it has several
	OnlyValues settings.Given // its settings
}

// Fill sets the flags that were not typed from the environment and the file of --config. It returns an error for an empty
// value and for an unknown SPOTHANDLER_ variable.
func (s *Sources) Fill(cmd *cobra.Command) error {
	if err := s.fillFlag(cmd.Flags().Lookup("output")); err != nil { // first, since it determines how errors are printed
		return err
	}
	if CallsAWS(cmd) {
		if err := checkVariables(cmd, s.Environ); err != nil {
			return err
		}
	}
	if _, set := LookupEnv(s.Environ, EnvName("prefix")); set {
		s.PrefixOrigin = EnvName("prefix")
	}
	if err := eachFlag(cmd, s.fillFlag); err != nil {
		return err
	}
	if err := s.fillFromFile(cmd); err != nil {
		return err
	}
	return eachFlag(cmd, func(flag *pflag.Flag) error { return s.check(cmd, flag) })
}

// fillFlag sets a flag that was not typed from its variable.
func (s *Sources) fillFlag(flag *pflag.Flag) error {
	if _, filled := s.Origins[flag.Name]; filled {
		return nil // output is filled before the others
	}
	if flag.Changed {
		s.Origins[flag.Name] = "--" + flag.Name
		return nil
	}
	text, set := LookupEnv(s.Environ, EnvName(flag.Name))
	if !set || slices.Contains(commandLineOnly(), flag.Name) || hasOtherMeaning(flag) {
		return nil
	}
	return s.give(flag, settings.Value{Texts: splitVariable(flag, text), Source: EnvName(flag.Name)})
}

// hasOtherMeaning reports whether a flag is not the setting of the same name, so that the variable of the setting does not
// set it: SPOTHANDLER_CLUSTER has the clusters to watch.
func hasOtherMeaning(flag *pflag.Flag) bool {
	return flag.Annotations[NotInFile] != nil &&
		slices.ContainsFunc(settings.All(), func(setting settings.Setting) bool { return setting.Name == flag.Name })
}

// CallsAWS reports whether a command calls AWS: exactly these commands have --profile.
func CallsAWS(cmd *cobra.Command) bool { return cmd.Flags().Lookup("profile") != nil }

// eachFlag calls do for every flag of a command until it returns an error.
func eachFlag(cmd *cobra.Command, do func(*pflag.Flag) error) (err error) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if err == nil && flag.Name != "help" && flag.Name != "version" {
			err = do(flag)
		}
	})
	return err
}

// fillFromFile reads the file of --config if the command has this flag.
func (s *Sources) fillFromFile(cmd *cobra.Command) error {
	config := cmd.Flags().Lookup("config")
	if config == nil {
		return nil
	}
	only := cmd.Flags().Lookup("only")
	if !config.Changed {
		if only.Changed {
			return apperr.Invalid("--config FILE", "%s requires --config", s.Origins["only"])
		}
		return nil
	}
	if err := errors.Join(s.check(cmd, config), s.check(cmd, only)); err != nil {
		return err
	}
	file, err := Read(cmd.Context(), func() (settings.File, error) { return settings.ReadFile(config.Value.String()) })
	if err == nil {
		err = file.Check(cmd.Context()) // completely, whatever the command uses
	}
	if err != nil {
		return err
	}
	if file.Installations != nil {
		return s.fillFromSeveral(cmd, file)
	}
	if only.Changed {
		return apperr.Invalid("leave "+s.Origins["only"]+" out", "%s contains one installation, which has no name", file.Path)
	}
	return s.fillFromValues(cmd, file)
}

// fillFromSeveral selects the installations to work on. If the command works on one, its settings set the flags.
func (s *Sources) fillFromSeveral(cmd *cobra.Command, file settings.File) error {
	for _, name := range append(settings.AddressKeys(), "all-regions") {
		if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
			hint := "--only NAME   one of its installations"
			if s.Origins["config"] == EnvName("config") {
				hint = "unset " + EnvName("config") + "   for an installation outside the file"
			}
			return apperr.Invalid(hint, "%s cannot be combined with %s, which specifies where each installation is", s.Origins[name], file.Path)
		}
	}
	names, _ := TextsOf(cmd.Flags().Lookup("only"))
	chosen, err := chosenIn(file, names)
	if err != nil {
		return err
	}
	if !takesOne(cmd) {
		s.File, s.Installations, s.FileCount = file.Path, chosen, len(file.Installations)
		return nil
	}
	if len(chosen) > 1 {
		return apperr.Invalid("--only "+chosen[0].Name+"   for example", "%s works on one installation at a time, and %s contains %d", cmd.CommandPath(), file.Path, len(chosen))
	}
	if len(file.Installations) > 1 {
		s.OnlyName = chosen[0].Name
	}
	return s.fillFromValues(cmd, settings.File{Path: file.Path, Values: chosen[0].Values})
}

// OneAtATime is the annotation of a command that works on a single installation in a file.
const OneAtATime = "one at a time"

// takesOne reports whether a command, as typed, works on a single installation in a file.
func takesOne(cmd *cobra.Command) bool {
	follow := cmd.Flags().Lookup("follow")
	return cmd.Annotations[OneAtATime] != "" || follow != nil && follow.Value.String() == "true"
}

// fillFromValues sets the flags that are not yet set from the file.
func (s *Sources) fillFromValues(cmd *cobra.Command, file settings.File) error {
	s.OnlyFile, s.OnlyValues = file.Path, file.Values
	if value, given := file.Values["prefix"]; given && s.Origins["config"] != "--config" {
		s.PrefixOrigin = value.Source
	}
	return eachFlag(cmd, func(flag *pflag.Flag) error {
		value, given := file.Values[flag.Name]
		if !given || flag.Changed || flag.Annotations[NotInFile] != nil {
			return nil
		}
		return s.give(flag, value)
	})
}

// give sets a flag.
func (s *Sources) give(flag *pflag.Flag, value settings.Value) error {
	var err error
	switch known := flag.Value.(type) {
	case pflag.SliceValue:
		err = known.Replace(value.Texts)
	default:
		err = flag.Value.Set(value.Texts[0])
	}
	if err != nil {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("%s %s is not accepted", value.Source, strconv.Quote(value.Texts[0])),
			Hints:   []string{"accepted: " + acceptedBy(flag)}, Err: err,
		}
	}
	flag.Changed, s.Origins[flag.Name] = true, value.Source
	return nil
}

// check returns an error for values that are certainly mistakes: an empty one, usually from an unset variable of a shell or
// pipeline, and a flag, which follows a flag whose value is missing.
func (s *Sources) check(cmd *cobra.Command, flag *pflag.Flag) error {
	texts, isText := TextsOf(flag)
	if !flag.Changed || !isText {
		return nil
	}
	source := s.Origins[flag.Name]
	if len(texts) == 0 {
		texts = []string{""}
	}
	for _, text := range texts {
		if isFlag(cmd, text) {
			return apperr.Invalid(cmd.CommandPath()+" --help", "%s needs a value, and %q is a flag", source, text)
		}
		if strings.TrimSpace(text) == "" && !IsSetting(flag) { // settings have a more specific error
			return apperr.Invalid("give it a value, or omit it", "%s is empty", source)
		}
	}
	return nil
}

// TextsOf returns the values of a flag, and whether its type is text.
func TextsOf(flag *pflag.Flag) (texts []string, isText bool) {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.GetSlice(), true
	}
	return []string{flag.Value.String()}, flag.Value.Type() == "string"
}

func isFlag(cmd *cobra.Command, text string) bool {
	return strings.HasPrefix(text, "--") ||
		len(text) == 2 && text[0] == '-' && cmd.Flags().ShorthandLookup(text[1:]) != nil
}

// IsSetting reports whether a flag is a setting.
func IsSetting(flag *pflag.Flag) bool {
	return flag.Annotations[NotInFile] == nil &&
		slices.ContainsFunc(settings.All(), func(setting settings.Setting) bool { return setting.Name == flag.Name })
}

// Rename returns the error with the names of flags replaced by the origins of their values, such as a variable.
func (s *Sources) Rename(err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) {
		return err
	}
	renamed := *known
	for name, source := range s.Origins {
		if flag := "--" + name; source != flag {
			renamed.Message = strings.ReplaceAll(renamed.Message, flag+" ", source+" ")
		}
	}
	return &renamed
}

// chosenIn returns the installations in a file that --only names, or all of them if it is not set.
func chosenIn(file settings.File, only []string) ([]settings.Installation, error) {
	if len(only) == 0 {
		return file.Installations, nil
	}
	var known []string
	for _, each := range file.Installations {
		known = append(known, each.Name)
	}
	for _, name := range only {
		if slices.Contains(known, name) {
			continue
		}
		refusal := apperr.Invalid("its installations: "+strings.Join(known, ", "), "--only %s is not in %s", apperr.Quote(name), file.Path)
		if near := nearest(name, known); near != "" {
			refusal.Hints = slices.Insert(refusal.Hints, 0, "did you mean --only "+near+"?")
		}
		return nil, refusal
	}
	return slices.DeleteFunc(slices.Clone(file.Installations), func(each settings.Installation) bool { return !slices.Contains(only, each.Name) }), nil
}

// SettingFlag returns the flag of a setting, or nil if the command does not take it or uses a flag of that name for
// something else.
func SettingFlag(cmd *cobra.Command, name string) *pflag.Flag {
	if flag := cmd.Flags().Lookup(name); flag != nil && flag.Annotations[NotInFile] == nil {
		return flag
	}
	return nil
}
