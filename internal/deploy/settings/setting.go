package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// None clears a setting whose values have no word for that.
const None = "none"

// Setting is one row of the table from which flags, environment variables and configuration file keys are
// derived. To add a setting: a field in Spec, a row in All, a field in Record, and its use in resource.Desired.
type Setting struct {
	Name     string   // the flag's name; the environment variable is SPOTHANDLER_ + upper case
	Group    string   // title of its group in the help
	Value    string   // placeholder in the help, such as MB
	Usage    string   // help text, with the accepted values in short
	Accepted string   // accepted values, for help and errors
	Choices  []string // all values, if there are few; otherwise nil
	List     bool     // may be given several times; replaces the whole list
	Switch   bool     // a boolean
	Number   bool     // an integer
	Low      int      // minimum of a number
	High     int      // maximum of a number
	Clear    string   // of a list: the word for an empty list, or for no restriction

	set func(spec *Spec, source string, texts []string) error
	get func(spec Spec) any
}

// Set parses a value and stores it in the Spec. The error names the source and the accepted values.
func (s Setting) Set(spec *Spec, source string, texts []string) error {
	return s.set(spec, source, texts)
}

// Get returns the setting's value in a Spec: a string, a number, a list or a map, as in JSON.
func (s Setting) Get(spec Spec) any { return s.get(spec) }

// texts returns the setting's value as a user would give it; not for tags.
func (s Setting) texts(spec Spec) []string {
	switch value := s.get(spec).(type) {
	case []string:
		return value
	default:
		return []string{fmt.Sprint(value)}
	}
}

// Flags returns the flags that give the setting its value in a Spec, such as "--on-failure none"; not for tags.
func (s Setting) Flags(spec Spec) string {
	texts := s.texts(spec)
	if len(texts) == 0 {
		texts = []string{s.Clear}
	}
	flags := make([]string, len(texts))
	for n, text := range texts {
		flags[n] = "--" + s.Name + " " + apperr.Quote(text)
	}
	return strings.Join(flags, " ")
}

// JSONName returns the setting's name in JSON; lists are in the plural.
func (s Setting) JSONName() string {
	name := strings.ReplaceAll(s.Name, "-", "_")
	if s.List {
		name += "s"
	}
	return name
}

func refuse(source, value, accepted string) error {
	return apperr.Invalid("accepted: "+accepted, "%s %s is not accepted", source, strconv.Quote(value))
}

// text returns a setting with a string value: one of the case-insensitive choices or, without choices, any
// word (names are checked together).
func text[T ~string](name, metavar, usage, accepted string, field func(*Spec) *T, choices ...string) Setting {
	return Setting{
		Name: name, Value: metavar, Usage: usage, Accepted: accepted, Choices: choices,
		set: func(spec *Spec, source string, texts []string) error {
			value := texts[0]
			if at := slices.IndexFunc(choices, func(choice string) bool { return strings.EqualFold(choice, value) }); at >= 0 {
				value = choices[at]
			} else if value == "" || len(choices) > 0 {
				return refuse(source, value, accepted)
			}
			*field(spec) = T(value)
			return nil
		},
		get: func(spec Spec) any { return string(*field(&spec)) },
	}
}

// number returns a setting with an integer value from low to high or, if there are choices, one of them.
func number(name, metavar, usage, accepted string, low, high int, field func(*Spec) *int, choices ...string) Setting {
	return Setting{
		Name: name, Value: metavar, Usage: usage, Accepted: accepted, Number: true, Low: low, High: high, Choices: choices,
		set: func(spec *Spec, source string, texts []string) error {
			value, err := strconv.Atoi(texts[0])
			if err != nil || value < low || value > high || len(choices) > 0 && !slices.Contains(choices, strconv.Itoa(value)) {
				return refuse(source, texts[0], accepted)
			}
			*field(spec) = value
			return nil
		},
		get: func(spec Spec) any { return *field(&spec) },
	}
}

// switchSetting returns a boolean setting: on or off, also true and false, as in YAML and JSON.
func switchSetting(name, usage string, field func(*Spec) *bool) Setting {
	const accepted = "on, off"
	return Setting{
		Name: name, Value: "on|off", Usage: usage, Accepted: accepted, Choices: []string{"on", "off"}, Switch: true,
		set: func(spec *Spec, source string, texts []string) error {
			on, known := map[string]bool{"on": true, "true": true, "off": false, "false": false}[strings.ToLower(texts[0])]
			if !known {
				return refuse(source, texts[0], accepted)
			}
			*field(spec) = on
			return nil
		},
		get: func(spec Spec) any { return *field(&spec) },
	}
}

// OnOff returns "on" or "off".
func OnOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
