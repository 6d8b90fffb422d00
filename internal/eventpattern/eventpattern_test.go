package eventpattern_test

import (
	"encoding/json"
	"testing"

	"github.com/spothandler/spothandler/internal/eventpattern"
)

// Matching is compared with moto in internal/localaws: TestPatternsMatch.
func TestParseErrorsAreAWSs(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                            "Filter is not an object",
		`null`:                         "Filter is not an object",
		`{}`:                           "Empty objects are not allowed",
		`{"a": {}}`:                    "Empty objects are not allowed",
		`{"a": 1}`:                     `"a" must be an object or an array`,
		`{"a": []}`:                    "Empty arrays are not allowed",
		`{"a": [[1]]}`:                 "Match value must be String, number, true, false, or null",
		`{"a": [{}]}`:                  "Only one key allowed in match expression",
		`{"a": [{"like": "x"}]}`:       "Unrecognized match type like",
		`{"a": [{"prefix": 1}]}`:       "prefix match pattern must be a string",
		`{"a": [{"exists": "yes"}]}`:   "exists match pattern must be either true or false.",
		`{"a": [{"numeric": [">"]}]}`:  "Value of numeric must be an array of comparisons.",
		`{"a": [{"anything-but":[]}]}`: "Empty arrays are not allowed",
		`{"$or": [{"a": [1]}]}`:        "There must have at least 2 Objects in $or relationship.",
		`{"$or": [{"a": [1]}, 2]}`:     "Empty objects are not allowed",
	} {
		if _, err := eventpattern.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestMatchersWithUnusualValues(t *testing.T) {
	event := map[string]any{}
	if err := json.Unmarshal([]byte(`{"n": 4, "word": "a?b", "list": ["x", "y"], "object": {"k": 1}}`), &event); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`{"n": [4.0]}`:                                         true,
		`{"n": [{"numeric": [{}, 4]}]}`:                        false,
		`{"n": [{"prefix": "4"}]}`:                             false,
		`{"word": [{"wildcard": "a?*"}]}`:                      true,
		`{"word": [{"wildcard": "a??"}]}`:                      false,
		`{"list": [{"anything-but": "x"}]}`:                    true,
		`{"word": [{"anything-but": {"prefix": ["x", "a"]}}]}`: false,
		`{"object": [{"exists": true}]}`:                       false,
		`{"object": ["k"]}`:                                    false,
	} {
		matches, err := eventpattern.Parse(text)
		if err != nil || matches(event) != want {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}
