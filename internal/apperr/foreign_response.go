package apperr

import (
	"errors"
	"fmt"
	"mime"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// unreadable returns a clause about a response that is not in the form of AWS's
// API, such as the HTML page of a proxy or a firewall, or "" for other errors.
// It identifies the response, but does not quote it.
func unreadable(err error) string {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.HTTPStatusCode() == 0 || hasAPIError(err) {
		return "" // the SDK's response to a call that got none has status 0
	}
	kind, _, malformed := mime.ParseMediaType(response.HTTPResponse().Header.Get("Content-Type"))
	if malformed != nil {
		kind = "without a content type"
	}
	which := fmt.Sprintf("response (%d, %s)", response.HTTPStatusCode(), kind)
	if response.ServiceRequestID() != "" {
		return "AWS's " + which + " cannot be read"
	}
	return "the " + which + " does not come from AWS"
}

// isForeign reports whether something other than AWS responded: each response of
// AWS has a request id.
func isForeign(err error) bool {
	var response *awshttp.ResponseError
	return unreadable(err) != "" && errors.As(err, &response) && response.ServiceRequestID() == ""
}

// hasAPIError reports whether a response has an error code. The SDK sets
// UnknownError where it finds none (aws-sdk-go-v2, protocol/restjson and xml).
func hasAPIError(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() != "UnknownError"
}
