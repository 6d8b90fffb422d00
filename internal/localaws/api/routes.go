package api

import (
	"net/url"
	"strings"
)

// route is one path of a REST API.
type route struct {
	service string
	method  string
	path    []string // {Name} matches one segment
	action  string
	success int // HTTP status
}

// restRoutes parses the tables of the REST JSON services.
func restRoutes(tables map[string]string) []route {
	var routes []route
	for service, table := range tables {
		for line := range strings.Lines(strings.TrimSpace(table)) {
			word := strings.Fields(line)
			path := strings.Split(strings.Trim(word[2], "/"), "/")
			routes = append(routes, route{service: service, success: int(number(word[0])), method: word[1], path: path, action: word[3]})
		}
	}
	return routes
}

// match returns the values of the route's {names} if the request matches the route.
func (t route) match(method string, segments []string) (Obj, bool) {
	if method != t.method || len(segments) != len(t.path) {
		return nil, false
	}
	values := Obj{}
	for i, want := range t.path {
		got, err := url.PathUnescape(segments[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(want, "{"):
			values[strings.Trim(want, "{}")] = got
		case want != got:
			return nil, false
		}
	}
	return values, true
}
