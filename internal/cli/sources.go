package cli

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

// This file is where flags get their values: from the command line, else from SPOTHANDLER_<FLAG>, else from the file of
// --config. It knows no command and no flag of theirs: what is added to a command can be given in all three ways.

// notInFile is the annotation of a flag that means something else than the setting of its name, such as one cluster to
// look at instead of those to hear.
const notInFile = "not in the file"

// flagSources fills flags, and knows for errors where each got its value from.
type flagSources struct {
	environ []string          // as os.Environ
	of      map[string]string // by flag: "--prefix", "SPOTHANDLER_PREFIX", "c.yaml:1: prefix"
	prefix  string            // what gives a command without --prefix one; "" is nothing

	file          string                  // of several installations; "" is none
	installations []settings.Installation // those of it to work on
	inFile        int                     // how many it has
}

// fill gives the flags that were not typed the values of the environment and of the file, and refuses values
// that are none.
func (s *flagSources) fill(cmd *cobra.Command) error {
	if err := s.fillFlag(cmd.Flags().Lookup("output")); err != nil { // first, for the errors of the others
		return err
	}
	if callsAWS(cmd) {
		if err := checkVariables(cmd, s.environ); err != nil {
			return err
		}
	}
	if _, set := lookup(s.environ, envName("prefix")); set {
		s.prefix = envName("prefix")
	}
	if err := eachFlag(cmd, s.fillFlag); err != nil {
		return err
	}
	if err := s.fillFromFile(cmd); err != nil {
		return err
	}
	return eachFlag(cmd, func(flag *pflag.Flag) error { return s.check(cmd, flag) })
}

// fillFlag gives a flag that was not typed the value of its variable.
func (s *flagSources) fillFlag(flag *pflag.Flag) error {
	if _, filled := s.of[flag.Name]; filled {
		return nil // output comes before the others
	}
	if flag.Changed {
		s.of[flag.Name] = "--" + flag.Name
		return nil
	}
	text, set := lookup(s.environ, envName(flag.Name))
	if !set || slices.Contains(onlyTyped(), flag.Name) {
		return nil
	}
	return s.give(flag, settings.Value{Texts: splitVariable(flag, text), Source: envName(flag.Name)})
}

// callsAWS reports whether a command does: those that do can be given a profile.
func callsAWS(cmd *cobra.Command) bool { return cmd.Flags().Lookup("profile") != nil }

// eachFlag does something with every flag of a command, until it fails.
func eachFlag(cmd *cobra.Command, do func(*pflag.Flag) error) (err error) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if err == nil && flag.Name != "help" && flag.Name != "version" {
			err = do(flag)
		}
	})
	return err
}

// fillFromFile reads the file of --config for a command that has this flag.
func (s *flagSources) fillFromFile(cmd *cobra.Command) error {
	config := cmd.Flags().Lookup("config")
	if config == nil {
		return nil
	}
	only := cmd.Flags().Lookup("only")
	if !config.Changed {
		if only.Changed {
			return badSource("--config FILE   that has it", "%s is about the installations of a file", s.of["only"])
		}
		return nil
	}
	if err := errors.Join(s.check(cmd, config), s.check(cmd, only)); err != nil {
		return err
	}
	file, err := settings.ReadFile(config.Value.String())
	if err == nil {
		err = file.Check() // whole, whatever the command needs of it
	}
	if err != nil {
		return err
	}
	if file.Installations != nil {
		return s.fillFromSeveral(cmd, file)
	}
	if only.Changed {
		return badSource("leave "+s.of["only"]+" out", "%s holds one installation, which has no name", file.Path)
	}
	return s.fillFromValues(cmd, file)
}

// fillFromSeveral chooses the installations to work on. A command that is about one takes its flags from it.
func (s *flagSources) fillFromSeveral(cmd *cobra.Command, file settings.File) error {
	for _, name := range append(settings.AddressKeys(), "all-regions") {
		if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
			hint := "--only NAME   one of its installations"
			if s.of["config"] == envName("config") {
				hint = "unset " + envName("config") + "   for an installation that is not in it"
			}
			return badSource(hint, "%s does not go with %s, which says for each installation where it is", s.of[name], file.Path)
		}
	}
	names, _ := textsOf(cmd.Flags().Lookup("only"))
	chosen, err := chosenIn(file, names)
	if err != nil {
		return err
	}
	if !takesOne(cmd) {
		s.file, s.installations, s.inFile = file.Path, chosen, len(file.Installations)
		return nil
	}
	if len(chosen) > 1 {
		return badSource("--only "+chosen[0].Name+"   for example", "%s is about one installation at a time, and %s has %d", cmd.CommandPath(), file.Path, len(chosen))
	}
	return s.fillFromValues(cmd, settings.File{Path: file.Path, Values: chosen[0].Values})
}

// oneAtATime is the annotation of a command that is about one installation of a file.
const oneAtATime = "one at a time"

// takesOne reports whether a command, as it was typed, is about one installation of a file.
func takesOne(cmd *cobra.Command) bool {
	follow := cmd.Flags().Lookup("follow")
	return cmd.Annotations[oneAtATime] != "" || follow != nil && follow.Value.String() == "true"
}

// fillFromValues gives the flags that were not given otherwise the values of the file.
func (s *flagSources) fillFromValues(cmd *cobra.Command, file settings.File) error {
	if value, given := file.Values["prefix"]; given && s.of["config"] != "--config" {
		s.prefix = value.Source
	}
	return eachFlag(cmd, func(flag *pflag.Flag) error {
		value, given := file.Values[flag.Name]
		if !given || flag.Changed || flag.Annotations[notInFile] != nil {
			return nil
		}
		return s.give(flag, value)
	})
}

// give sets a flag.
func (s *flagSources) give(flag *pflag.Flag, value settings.Value) error {
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
	flag.Changed, s.of[flag.Name] = true, value.Source
	return nil
}

// check refuses what cannot have been meant: nothing, as an unset variable of a shell or a pipeline leaves it, and a
// flag, as it stands behind one whose value is missing.
func (s *flagSources) check(cmd *cobra.Command, flag *pflag.Flag) error {
	texts, isText := textsOf(flag)
	if !flag.Changed || !isText {
		return nil
	}
	source := s.of[flag.Name]
	if len(texts) == 0 {
		texts = []string{""}
	}
	for _, text := range texts {
		if isFlag(cmd, text) {
			return badSource(cmd.CommandPath()+" --help", "%s needs a value, and %q is a flag", source, text)
		}
		if strings.TrimSpace(text) == "" && !isSetting(flag) { // a setting's own error says what it accepts
			return badSource("give it a value, or leave it out", "%s is empty", source)
		}
	}
	return nil
}

// textsOf are the values of a flag that takes texts.
func textsOf(flag *pflag.Flag) (texts []string, isText bool) {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.GetSlice(), true
	}
	return []string{flag.Value.String()}, flag.Value.Type() == "string"
}

func isFlag(cmd *cobra.Command, text string) bool {
	return strings.HasPrefix(text, "--") ||
		len(text) == 2 && text[0] == '-' && cmd.Flags().ShorthandLookup(text[1:]) != nil
}

func isSetting(flag *pflag.Flag) bool {
	return flag.Annotations[notInFile] == nil &&
		slices.ContainsFunc(settings.All(), func(setting settings.Setting) bool { return setting.Name == flag.Name })
}

// rename lets an error that speaks of a flag speak of where its value came from.
func (s *flagSources) rename(err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) {
		return err
	}
	renamed := *known
	for name, source := range s.of {
		if flag := "--" + name; source != flag {
			renamed.Message = strings.ReplaceAll(renamed.Message, flag+" ", source+" ")
		}
	}
	return &renamed
}

// chosenIn returns the installations of a file that --only names, or all of them.
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

// settingOf is the flag of a setting; nil where the command does not take it, or has a flag of that name for something else.
func settingOf(cmd *cobra.Command, name string) *pflag.Flag {
	if flag := cmd.Flags().Lookup(name); flag != nil && flag.Annotations[notInFile] == nil {
		return flag
	}
	return nil
}
