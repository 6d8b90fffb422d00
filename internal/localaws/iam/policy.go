package iam

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// IAM's quotas for one policy.
const (
	maxVersions  = 5
	managedLimit = 6144
)

// managedPolicy is a policy that can be attached to roles, or be their boundary.
type managedPolicy struct {
	PolicyName, Arn, Path         string
	PolicyID                      string `json:"PolicyId"`
	DefaultVersionID              string `json:"DefaultVersionId"`
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string `json:",omitempty"`
	CreateDate, UpdateDate        time.Time
	Tags                          []api.Tag

	tags     api.Tags
	versions []policyVersion // newest last
	made     int             // number of versions ever created
}

type policyVersion struct {
	VersionID        string `json:"VersionId"`
	IsDefaultVersion bool
	CreateDate       time.Time
	Document         string `json:",omitempty"`
}

// awsManaged returns the AWS managed policies that are known here, below arn:<partition>:iam::aws:policy/.
func awsManaged(name string) (document string, known bool) {
	document, known = map[string]string{
		"AdministratorAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"PowerUserAccess":     `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}]}`,
		"service-role/AWSLambdaBasicExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
			"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	}[name]
	return document, known
}

func newPolicy(arn, path, document string) *managedPolicy {
	p := &managedPolicy{PolicyName: api.AfterLast(arn, "/"), Arn: arn, Path: path, PolicyID: api.UniqueID("ANPA"), IsAttachable: true}
	p.CreateDate = p.add(document).CreateDate
	return p
}

// checkManaged validates a managed policy, whose size is measured without white space.
func checkManaged(document string) error {
	if len(strings.Join(strings.Fields(document), "")) > managedLimit {
		return api.Refuse("LimitExceeded", "Cannot exceed quota for PolicySize: %d", managedLimit)
	}
	return api.Malformed(policy.CheckPermissions(document))
}

// version returns a version by its ID, or nil if there is none.
func (p *managedPolicy) version(id string) *policyVersion {
	i := slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.VersionID == id })
	if i < 0 {
		return nil
	}
	return &p.versions[i]
}

// add creates a version; the first one is the default.
func (p *managedPolicy) add(document string) *policyVersion {
	p.made++
	now := time.Now().UTC().Truncate(time.Second)
	p.versions = append(p.versions, policyVersion{VersionID: "v" + strconv.Itoa(p.made), CreateDate: now, Document: document, IsDefaultVersion: p.made == 1})
	p.UpdateDate, p.DefaultVersionID = now, cmp.Or(p.DefaultVersionID, "v1")
	return &p.versions[len(p.versions)-1]
}

// listed returns the version as in lists: without its document.
func (v policyVersion) listed() policyVersion {
	v.Document = ""
	return v
}

// escapeDocument encodes a policy as IAM's Get calls return it, according to RFC 3986.
func escapeDocument(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}
