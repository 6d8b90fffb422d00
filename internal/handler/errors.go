package handler

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// Error is how Handle fails: what went wrong, and its type in Lambda's answer.
type Error struct {
	Type string // AWS's error code, or a name of ours in the same style
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// errClusterMissing says that the event's cluster is gone, or in another account.
var errClusterMissing = errors.New("ECS knows no such cluster")

// errClaimed ends an invocation that another one kept from acting, without
// acting itself.
var errClaimed = errors.New("another invocation holds the claim and the deployment is unchanged")

// errorType names the kind of err.
func errorType(err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() != codeUnknown:
		return api.ErrorCode()
	case errors.Is(err, errClusterMissing):
		return "ClusterNotFoundException"
	case errors.Is(err, errClaimed):
		return "ClaimedElsewhere"
	case errors.Is(err, errOutOfTime):
		return "OutOfTime"
	}
	return "HandlerError"
}

// isPermanent reports whether ECS would refuse the same call a minute later too,
// so that a retry by Lambda is of no use. A denied call is not permanent: a
// new role's permissions need their time.
func isPermanent(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "InvalidParameterException", "ClientException", "ValidationException",
		"UnsupportedFeatureException", "PlatformUnknownException",
		"PlatformTaskDefinitionIncompatibilityException", "NamespaceNotFoundException":
		return true
	}
	return false
}

// absent returns what a "not found" of ECS says about the service, else nil.
func absent(err error) *Service {
	var (
		noCluster *types.ClusterNotFoundException
		noService *types.ServiceNotFoundException
	)
	switch {
	case errors.As(err, &noCluster):
		return &Service{ClusterMissing: true}
	case errors.As(err, &noService):
		return &Service{Missing: true}
	}
	return nil
}
