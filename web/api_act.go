package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// An apiDone is what pulse did.
type apiDone struct {
	// For people.
	Done string `json:"done"`
}

// maxDrain bounds the time after which a drain cuts connections.
const maxDrain = 7 * 24 * time.Hour

// apiDrain gives a real server no new connections.
func (s *Server) apiDrain(w http.ResponseWriter, r *http.Request) {
	var body drainBody
	if _, ok := query(w, r); !ok || !s.readJSON(w, r, &body) {
		return
	}
	timeout := time.Duration(body.Timeout)
	if timeout < 0 || timeout > maxDrain || timeout%time.Second != 0 {
		badField(w, "timeout", `whole seconds up to a week, as "10m0s"; "0s": wait for the connections`)
		return
	}
	s.apiDo(w, r, templates.DoDrain, timeout)
}

// A drainBody is what a drain can be asked for.
type drainBody struct {
	// When connections that still go on are ended, as "10m"; left out or "0s":
	// never.
	Timeout control.Duration `json:"timeout,omitempty"`
}

// apiUndrain ends a drain.
func (s *Server) apiUndrain(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); ok {
		s.apiDo(w, r, templates.DoUndrain, 0)
	}
}

// A forceBody is what a real server is forced to.
type forceBody struct {
	// up: used whatever the probes say; down: as if they failed; auto: as they
	// say.
	To control.Way `json:"to"`
}

// apiForce overrules the probes of a real server, or ends that.
func (s *Server) apiForce(w http.ResponseWriter, r *http.Request) {
	var body forceBody
	if _, ok := query(w, r); !ok || !s.readJSON(w, r, &body) {
		return
	}
	if !body.To.Known() {
		badField(w, "to", "up, down or auto")
		return
	}
	s.apiDo(w, r, templates.Deed(body.To), 0)
}

// apiDo does something to the real server that the path names.
func (s *Server) apiDo(w http.ResponseWriter, r *http.Request, do templates.Deed, timeout time.Duration) {
	name, places, ok := s.placesOr(w, r)
	if !ok {
		return
	}
	if !slices.ContainsFunc(places, func(p templates.Place) bool { return templates.Actable(p.Server) }) {
		problem{Status: http.StatusConflict, Code: "not-used", Detail: "this server is switched off in lvs.cf, or not in it"}.send(w)
		return
	}
	var before strings.Builder
	for i, p := range places {
		if i == outcomesShown {
			break
		}
		before.WriteString(p.Service.Name + ": " + standingNow(p.Server) + "\n")
	}
	what, err := s.enact(r, callerOf(r).String(), do, name, strings.TrimSpace(before.String()), timeout)
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	s.reply(w, r, http.StatusOK, apiDone{what})
}

// An apiProbed is what the probes of a real server found.
type apiProbed struct {
	Probed []control.Probed `json:"probed"`
}

// apiProbe probes a real server once, now.
func (s *Server) apiProbe(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	name, _, ok := s.placesOr(w, r)
	if !ok {
		return
	}
	s.patient(w)
	probed, err := s.tryProbe(r, callerOf(r).String(), name)
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	s.reply(w, r, http.StatusOK, apiProbed{notNil(probed)})
}

// A switchBody is how a switchover is wanted.
type switchBody struct {
	// Switch over though something speaks against it.
	Force bool `json:"force,omitempty"`
}

// apiSwitchOver has the other router serve, or with ?check tells what would go
// wrong.
func (s *Server) apiSwitchOver(w http.ResponseWriter, r *http.Request) {
	var body switchBody
	q, ok := query(w, r, "check")
	if !ok || !s.readJSON(w, r, &body) {
		return
	}
	if v := q.Get("check"); v != "" && v != "0" && v != "1" {
		badParameter(w, "check", "1: only tell what would go wrong")
		return
	}
	if q.Has("check") && q.Get("check") != "0" {
		flight, err := s.Pulse.SwitchOver(r.Context(), true, false)
		if err != nil {
			s.unasked(w, r, err)
			return
		}
		s.reply(w, r, http.StatusOK, control.Preflight{Findings: notNil(flight.Findings)})
		return
	}
	who := callerOf(r).String()
	if !s.beginSwitchover(r, who, body.Force) {
		problem{Status: http.StatusConflict, Code: "busy", Detail: "a switchover is under way already"}.send(w)
		return
	}
	s.patient(w)
	end := make(chan struct{})
	go func() { // it goes on when the program leaves
		defer close(end)
		s.carryOver(context.WithoutCancel(r.Context()), who, body.Force)
	}()
	select {
	case <-end:
	case <-r.Context().Done():
		return
	}
	over := s.hub.over.last()
	switch {
	case over.Failed != "":
		problem{Status: http.StatusConflict, Code: "refused", Detail: over.Failed}.send(w)
	case over.Preflight.Done == "":
		problem{Status: http.StatusConflict, Code: "stopped", Detail: "something speaks against it: see findings", Findings: over.Preflight.Findings}.send(w)
	default:
		s.reply(w, r, http.StatusOK, over.Preflight)
	}
}

// patient gives an answer that pulse takes its time for as long as pulse may
// take.
func (s *Server) patient(w http.ResponseWriter) {
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		s.Log.Debug("the answer has a minute", "error", err)
	}
}

// apiHold makes the router never take over (PUT), or ends that (DELETE).
func (s *Server) apiHold(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	what, err := s.setHold(r, callerOf(r).String(), r.Method == http.MethodPut)
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	s.reply(w, r, http.StatusOK, apiDone{what})
}

// apiReload has pulse read lvs.cf again.
func (s *Server) apiReload(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	s.patient(w)
	what, err := s.Pulse.Reload(context.WithoutCancel(r.Context()))
	e := store.Entry{Who: callerOf(r).String(), What: "reload", Note: "lvs.cf as it is on disk", After: what}
	if err != nil {
		e.After = "refused: " + pulseSaid(err)
	}
	s.recordEntry(r, e)
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	s.hub.look(context.WithoutCancel(r.Context()), 0)
	s.reply(w, r, http.StatusOK, apiDone{what})
}
