package settings

import "strings"

// claims are what the installations before one claim: each has one prefix, and the clusters it redeploys for. They
// map each claim to the first installation that has it, so that each installation is compared with one other at most.
type claims map[claim]int

// claim is a name that only one installation of an account and Region may have.
type claim struct {
	account owner
	region  string // "" is the configured Region
	kind    claimKind
	name    string // of the prefix or the cluster, otherwise ""
}

// owner identifies an account, as far as that is known without a call.
type owner struct {
	account     string    // "" if the credentials identify it
	credentials [2]string // of an installation
	unknown     bool      // only of installations without a known account
}

type claimKind int

const (
	claimPrefix  claimKind = iota
	claimAny               // redeploys for some cluster
	claimAll               // redeploys for every cluster
	claimCluster           // redeploys for this cluster
)

// add adds the claims of an installation, and returns the first earlier one that it conflicts with.
func (c claims) add(index int, i Installation) (first int, found bool) {
	made, refused := i.claims()
	regions := i.Regions()
	if len(regions) == 0 {
		regions = []string{""}
	}
	register, search := i.owners()
	for _, region := range regions {
		for _, account := range search {
			for _, each := range refused {
				each.account, each.region = account, region
				if other, taken := c[each]; taken && (!found || other < first) {
					first, found = other, true
				}
			}
		}
		for _, account := range register {
			for _, each := range made {
				each.account, each.region = account, region
				if _, taken := c[each]; !taken {
					c[each] = index
				}
			}
		}
	}
	return first, found
}

// claims returns what an installation claims, and the claims of others that it conflicts with.
func (i Installation) claims() (made, refused []claim) {
	prefix := claim{kind: claimPrefix, name: strings.ToLower(i.Prefix())} // as checkAgainst compares them
	made, refused = []claim{prefix}, []claim{prefix}
	spec := i.spec()
	if !Acts(string(spec.Redeploy), spec.RuleState) {
		return made, refused
	}
	made = append(made, claim{kind: claimAny})
	if len(spec.Clusters) == 0 {
		return append(made, claim{kind: claimAll}), append(refused, claim{kind: claimAny})
	}
	refused = append(refused, claim{kind: claimAll})
	for _, name := range names(spec.Clusters) {
		each := claim{kind: claimCluster, name: name}
		made, refused = append(made, each), append(refused, each)
	}
	return made, refused
}

// owners returns the owners to register an installation under, and those that are in the same account as it: by
// account if both accounts are known, else by credentials, as meets compares them.
func (i Installation) owners() (register, search []owner) {
	byCredentials := owner{credentials: i.credentials()}
	unknown := byCredentials
	unknown.unknown = true
	account := i.Account()
	if account == "" {
		return []owner{byCredentials, unknown}, []owner{byCredentials}
	}
	byAccount := owner{account: account}
	return []owner{byAccount, byCredentials}, []owner{byAccount, unknown}
}
