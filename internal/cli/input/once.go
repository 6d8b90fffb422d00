package input

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// givenOnce is a flag that rejects a second, different value. Taking the last one could select another installation or
// account than intended.
type givenOnce struct {
	pflag.Value
	text  string // as given
	given bool
}

// Set sets the value, or returns a *givenTwiceError.
func (o *givenOnce) Set(text string) error {
	before := o.String()
	if err := o.Value.Set(text); err != nil {
		return err
	}
	if o.given && o.String() != before {
		return &givenTwiceError{o.text, text}
	}
	o.text, o.given = text, true
	return nil
}

// givenTwiceError is the error for a flag that was given two different values.
type givenTwiceError struct{ first, second string }

func (e *givenTwiceError) Error() string {
	return fmt.Sprintf("given twice, as %s and %s", strconv.Quote(e.first), strconv.Quote(e.second))
}

// RefuseSecondValues makes every scalar flag of a command and its subcommands return an error for a second, different value.
func RefuseSecondValues(cmd *cobra.Command) {
	wrap := func(flag *pflag.Flag) {
		_, list := flag.Value.(pflag.SliceValue)
		_, wrapped := flag.Value.(*givenOnce)
		if !list && !wrapped {
			flag.Value = &givenOnce{Value: flag.Value}
		}
	}
	cmd.Flags().VisitAll(wrap)
	cmd.PersistentFlags().VisitAll(wrap)
	for _, each := range cmd.Commands() {
		RefuseSecondValues(each)
	}
}
