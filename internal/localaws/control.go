package localaws

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// control serves paths under /_local/ that AWS does not have:
//
//	POST /_local/interrupt?cluster=C&service=S&tasks=N   interrupts N (1) running tasks; gives {"tasks": [ARN...]}
//
// An error is {"error": "..."}. A request must be signed like those to AWS, with [Options.AccessKey] if there
// is one.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if !s.api.Signed(r) {
		controlError(w, http.StatusForbidden, "the request is not signed with this server's access key")
		return
	}
	if call := r.Method + " " + r.URL.Path; call != "POST /_local/interrupt" {
		controlError(w, http.StatusNotFound, "there is no "+call+"; there is POST /_local/interrupt")
		return
	}
	tasks, err := strconv.Atoi(cmp.Or(query.Get("tasks"), "1"))
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
	api.WriteJSON(w, "application/json", http.StatusOK, api.Obj{"tasks": arns})
}

func controlError(w http.ResponseWriter, status int, message string) {
	api.WriteJSON(w, "application/json", status, map[string]string{"error": message})
}
