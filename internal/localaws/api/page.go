package api

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Paged returns a response with one page: its items, as many as asked or most, under one name; the token of
// the next page, if there is one, under another. It returns the service's error for an invalid token.
func Paged[T any](service, name string, items []T, tokenName, token string, asked *int, most int) (Obj, error) {
	if asked != nil {
		most = min(most, *asked)
	}
	start, err := PageStart(service, token)
	if err != nil {
		return nil, err
	}
	start = min(start, len(items))
	end := min(start+most, len(items))
	response := Obj{name: append([]T{}, items[start:end]...)}
	if end < len(items) {
		response[tokenName] = PageToken(end)
	}
	return response, nil
}

// tokenPrefix identifies our tokens.
const tokenPrefix = "localaws page from "

// PageToken returns the token of the page that begins at an item.
func PageToken(start int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenPrefix + strconv.Itoa(start)))
}

// PageStart returns the index of the first item of the page with this token.
func PageStart(service, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	place, hasPrefix := strings.CutPrefix(string(text), tokenPrefix)
	start, wrong := strconv.Atoi(place)
	if err != nil || wrong != nil || !hasPrefix {
		return 0, BadToken(service)
	}
	return start, nil
}

// BadToken returns a service's error for an invalid page token.
func BadToken(service string) *Error {
	switch service {
	case "iam":
		return Refuse("ValidationError", "Invalid Marker.")
	case "lambda":
		return Refuse("InvalidParameterValueException", "Invalid pagination token")
	case "logs":
		return Refuse("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return Refuse(invalidCode(service), "Invalid token")
}
