package settings

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/spothandler/spothandler/internal/session"
)

// Existing resources that settings refer to.
const (
	aSubnet     = "subnet-0a1b2c3d"
	otherSubnet = "subnet-0123456789abcdef0"
	aGroup      = "sg-0a1b2c3d"
	aBoundary   = "arn:aws:iam::111122223333:policy/org/boundary"
	aKey        = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
	otherKey    = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"
	aQueue      = "arn:aws:sqs:us-east-1:111122223333:failed"
	aTopic      = "arn:aws:sns:us-east-1:111122223333:failed"
	aBus        = "arn:aws:events:us-east-1:111122223333:event-bus/failed"

	// aCodeSHA256 has the length of every CodeSha256.
	aCodeSHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
)

// given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func given(words ...string) Given {
	asked := Given{}
	for i := 0; i < len(words); i += 2 {
		name := words[i]
		asked[name] = Value{Texts: append(asked[name].Texts, words[i+1]), Source: "--" + name}
	}
	return asked
}

// optionalSettings returns all settings that refer to existing resources, and tracing.
func optionalSettings() Given {
	return given("vpc-subnet", aSubnet, "vpc-subnet", otherSubnet, "vpc-security-group", aGroup,
		"permissions-boundary", aBoundary, "kms-key", aKey, "on-failure", aQueue, "tracing", "Active")
}

func identity() session.Identity {
	return session.Identity{Partition: "aws", Account: "111122223333", Region: "us-east-1", Caller: "arn:aws:sts::111122223333:assumed-role/dev/ana"}
}

func encodeJSON(v any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(out.String())
}
