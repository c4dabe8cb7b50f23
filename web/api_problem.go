package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"pacu/control"
	"pacu/lvscf"
	"pacu/store"
	"pacu/web/text"
)

// A problem is why a request of the API failed (RFC 9457). Its type is
// about:blank: Code tells programs which it is.
type problem struct {
	// The HTTP status in words.
	Title string `json:"title"`
	// The HTTP status.
	Status int `json:"status"`
	// Which problem it is, for programs; it stays the same.
	Code string `json:"code"`
	// What is wrong, and what to do about it, for people.
	Detail string `json:"detail"`
	// The field of the body, the parameter or the header that is wrong.
	Field string `json:"field,omitempty"`
	// What is wrong with lvs.cf, by line, and what to write.
	Problems lvscf.Problems `json:"problems,omitempty"`
	// How many problems there are besides those shown.
	More int `json:"more,omitempty"`
	// What stops a switchover, or would make it worse.
	Findings []control.Finding `json:"findings,omitempty"`
	// What became of the change.
	Change *apiChange `json:"change,omitempty"`

	retry int // seconds after which it is worth to ask again; 0: not said
}

// send answers with the problem.
func (p problem) send(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil { // it has nothing in it that cannot be written
		body = []byte(`{"title":"Internal Server Error","status":500,"code":"failed","detail":""}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n')) // a client that leaves is no concern of ours
}

// broken logs err and says what is wrong with the disk or the database, or that
// there is something in the log.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	if p, ok := diskProblem(store.FailureOf(err), s.State); ok {
		p.send(w)
		return
	}
	problem{Status: http.StatusInternalServerError, Code: "failed", Detail: "the console could not do this: its log says why"}.send(w)
}

// diskProblem is what to say of a disk or database that fails, and what to do
// about it; false where it is another trouble, or none. dir is what is on that
// disk.
func diskProblem(trouble store.Trouble, dir string) (problem, bool) {
	t := text.English.Words().Trouble
	p := problem{Detail: t.Why.Of(trouble) + " " + fmt.Sprintf(t.Do.Of(trouble), dir)}
	switch trouble {
	case store.Full, store.ReadOnly:
		p.Status, p.Code = http.StatusInsufficientStorage, "disk-"+string(trouble)
	case store.Busy, store.Broken, store.Damaged, store.Denied, store.Newer:
		p.Status, p.Code, p.retry = http.StatusServiceUnavailable, "database-"+string(trouble), closedAgain
	default:
		return problem{}, false
	}
	return p, true
}

// unasked answers for a pulse that could not be asked, or said no.
func (s *Server) unasked(w http.ResponseWriter, r *http.Request, err error) {
	var said control.ReplyError
	switch {
	case errors.As(err, &said):
		problem{Status: http.StatusConflict, Code: "refused", Detail: string(said)}.send(w)
	case r.Context().Err() != nil: // nobody is there to be told
	case errors.Is(err, context.DeadlineExceeded):
		problem{Status: http.StatusServiceUnavailable, Code: "no-pulse", Detail: "pulse does not answer in time", retry: retryPulse}.send(w)
	default:
		problem{Status: http.StatusServiceUnavailable, Code: "no-pulse", Detail: "pulse does not answer: " + reason(err), retry: retryPulse}.send(w)
	}
}

// retryPulse is how many seconds after a pulse was away it may be back.
const retryPulse = 5
