package deploy

import (
	"fmt"
	"slices"
	"strings"
)

// trustFields returns the fields of a trust policy. If it trusts Lambda as ours does and also others, the others are
// one field of their own: Lambda can still assume the role.
func trustFields(trust string) []pair {
	others, lambda := othersTrusted(trust)
	if !lambda || len(others) == 0 {
		return documentFields("trust_policy", trust)
	}
	return append(documentFields("trust_policy", trustPolicy()), pair{trustsOthers, strings.Join(others, ", ")})
}

// trustsOthers is the path of the field that names who may also assume the role.
const trustsOthers = "trust_policy.others"

// othersTrusted returns who may assume the role besides Lambda, in the form "AWS *", and reports whether Lambda may,
// without conditions. A policy with a Deny is left to a comparison of the documents.
func othersTrusted(trust string) (others []string, lambda bool) {
	for _, s := range statementsOf(trust) {
		if s.Effect != "Allow" {
			return nil, false
		}
		assumes := slices.Equal(stringsIn(s.Action), []string{"sts:AssumeRole"})
		for _, principal := range principalsIn(s.Principal) {
			if principal == "Service "+lambdaPrincipal && assumes && s.Condition == nil {
				lambda = true
			} else if !slices.Contains(others, principal) {
				others = append(others, principal)
			}
		}
	}
	return others, lambda
}

// principalsIn returns the principals of a statement, each with its kind.
func principalsIn(element any) []string {
	kinds, ok := element.(map[string]any)
	if !ok {
		return []string{fmt.Sprint(element)}
	}
	var all []string
	for _, kind := range sortedKeys(kinds) {
		for _, name := range stringsIn(kinds[kind]) {
			all = append(all, kind+" "+name)
		}
	}
	return all
}
