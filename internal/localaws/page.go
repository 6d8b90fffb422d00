package localaws

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// paged returns a response with one page: its items, as many as asked or most, under one name; the token of
// the next page, if there is one, under another. It returns the service's error for an invalid token.
func paged[T any](service, name string, items []T, tokenName, token string, asked *int, most int) (obj, error) {
	if asked != nil {
		most = min(most, *asked)
	}
	start, err := pageStart(service, token)
	if err != nil {
		return nil, err
	}
	start = min(start, len(items))
	end := min(start+most, len(items))
	answer := obj{name: append([]T{}, items[start:end]...)}
	if end < len(items) {
		answer[tokenName] = pageToken(end)
	}
	return answer, nil
}

// tokenPrefix identifies our tokens.
const tokenPrefix = "localaws page from "

// pageToken returns the token of the page that begins at an item.
func pageToken(start int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenPrefix + strconv.Itoa(start)))
}

func pageStart(service, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	place, ours := strings.CutPrefix(string(text), tokenPrefix)
	start, wrong := strconv.Atoi(place)
	if err != nil || wrong != nil || !ours {
		return 0, badToken(service)
	}
	return start, nil
}

// badToken returns a service's error for an invalid page token.
func badToken(service string) *Error {
	switch service {
	case "iam":
		return refuse("ValidationError", "Invalid Marker.")
	case "lambda":
		return refuse("InvalidParameterValueException", "Invalid pagination token")
	case "logs":
		return refuse("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return refuse(invalidCode(service), "Invalid token")
}
