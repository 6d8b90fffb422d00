package handler

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// Error is an error of Handle, with the type that Lambda reports for it.
type Error struct {
	Type string // AWS's error code, or a name in the same style
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// errClusterMissing reports that the event's cluster is gone or in another
// account.
var errClusterMissing = errors.New("ECS has no such cluster")

// errClaimed ends an invocation that waited for the holder of the claim, which then did not act.
var errClaimed = errors.New("another invocation holds the claim and the deployment is unchanged")

// errorType returns the name of err's type as Lambda reports it.
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

// isPermanent reports whether ECS would refuse the same call a minute later, so
// that a retry by Lambda is useless. A denied call is not permanent, because
// the permissions of a new role take time to propagate.
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

// absent returns the Service that a "not found" error of ECS stands for, or nil
// for any other error.
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
