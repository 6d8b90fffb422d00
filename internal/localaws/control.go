package localaws

import (
	"errors"
	"net/http"
	"strconv"
)

// control serves what no AWS has, under /_local/:
//
//	POST /_local/interrupt?cluster=C&service=S&tasks=N   interrupts N (1) running tasks; gives {"tasks": [ARN...]}
//	GET  /_local/calls                                   every call made, the oldest first
//	GET  /_local/deliveries                              every event that a rule sent to a target
//
// An error is {"error": "..."}.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /_local/interrupt":
		s.controlInterrupt(w, r)
	case "GET /_local/calls":
		writeJSON(w, "application/json", http.StatusOK, s.Calls())
	case "GET /_local/deliveries":
		writeJSON(w, "application/json", http.StatusOK, append([]Delivery{}, s.Deliveries()...))
	default:
		controlError(w, http.StatusNotFound, "there is no "+r.Method+" "+r.URL.Path+
			"; there are POST /_local/interrupt, GET /_local/calls and GET /_local/deliveries")
	}
}

func (s *Server) controlInterrupt(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	tasks, err := strconv.Atoi(orDefault(query.Get("tasks"), "1"))
	if err != nil || tasks < 1 {
		controlError(w, http.StatusBadRequest, "tasks must be a number from 1 up, not "+strconv.Quote(query.Get("tasks")))
		return
	}
	if query.Get("service") == "" {
		controlError(w, http.StatusBadRequest, "service is missing: POST /_local/interrupt?cluster=CLUSTER&service=SERVICE&tasks=N")
		return
	}
	arns, err := s.Interrupt(query.Get("cluster"), query.Get("service"), tasks)
	if err != nil {
		status := http.StatusBadRequest
		if refusal := new(Error); errors.As(err, &refusal) && refusal.Code != "InvalidParameterException" {
			status = http.StatusNotFound
		}
		controlError(w, status, err.Error())
		return
	}
	writeJSON(w, "application/json", http.StatusOK, obj{"tasks": arns})
}

func controlError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, "application/json", status, map[string]string{"error": message})
}
