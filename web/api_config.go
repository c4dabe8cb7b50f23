package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/store"
)

// An apiText is an lvs.cf.
type apiText struct {
	// What to send as If-Match to change it.
	ETag string `json:"etag"`
	// Its serial_no; 0: it has none.
	SerialNo int `json:"serial_no"`
	// The text. A viewer sees no secrets in it.
	Text string `json:"text"`
	// Secrets were left out.
	Masked bool `json:"masked,omitempty"`
	// What is wrong with it.
	apiCheck
	// When it was edited last, of a draft.
	Changed time.Time `json:"changed,omitzero"`
	// The ETag of the lvs.cf that a draft began from.
	Base string `json:"base,omitempty"`
}

// An apiCheck is what is wrong with an lvs.cf.
type apiCheck struct {
	// pulse would take it: it has no errors.
	Usable bool `json:"usable"`
	// How many errors it has.
	Errors int `json:"errors"`
	// How many warnings it has.
	Warnings int `json:"warnings"`
	// The first thousand of them, in the file's order.
	Problems lvscf.Problems `json:"problems"`
}

// maxProblems bounds the problems of a file in an answer.
const maxProblems = 1000

func checkOf(ps lvscf.Problems) apiCheck {
	c := apiCheck{Errors: len(ps.Errors()), Warnings: len(ps.Warnings()), Problems: notNil(ps[:min(len(ps), maxProblems)])}
	c.Usable = c.Errors == 0
	return c
}

// diskOr is lvs.cf, or it answers why that cannot be read.
func (s *Server) diskOr(w http.ResponseWriter, r *http.Request) (*draft, bool) {
	d, err := s.desk.onDisk()
	return d, s.readable(w, err)
}

// readable reports whether err is nil, and answers that lvs.cf cannot be read if
// it is not.
func (s *Server) readable(w http.ResponseWriter, err error) bool {
	if err != nil {
		problem{Status: http.StatusConflict, Code: "unreadable", Detail: "lvs.cf cannot be used: " + err.Error()}.send(w)
	}
	return err == nil
}

// sendText answers with a text in the form that the client takes.
func (s *Server) sendText(w http.ResponseWriter, r *http.Request, d *draft, tag string) {
	if unchanged(w, r, tag) {
		return
	}
	shown, cut := masked(r, d.Text)
	if accepts(r, textForm, jsonForm) == textForm {
		replyText(w, r, shown)
		return
	}
	out := apiText{ETag: quoted(tag), SerialNo: textSerial(d.Text), Text: shown, Masked: cut, apiCheck: checkOf(d.Problems), Changed: d.Changed}
	if cut {
		out.Problems = maskedProblems(out.Problems)
	}
	if d.Version != 0 {
		out.Base = quoted(d.Base)
	}
	s.reply(w, r, http.StatusOK, out)
}

// maskedProblems are ps as viewers may see them: what is quoted of the file may
// be a secret.
func maskedProblems(ps lvscf.Problems) lvscf.Problems {
	out := make(lvscf.Problems, 0, len(ps))
	for _, p := range ps {
		p.Text, p.Message, p.Hint = "", "something is wrong with this line", ""
		out = append(out, p)
	}
	return out
}

// apiConfig sends lvs.cf.
func (s *Server) apiConfig(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	d, ok := s.diskOr(w, r)
	if !ok {
		return
	}
	if d.Base == noFile {
		w.Header().Set("ETag", quoted(noFile))
		problem{Status: http.StatusNotFound, Code: "no-config", Detail: `there is no lvs.cf yet: put a draft with If-Match: "none", and apply it`}.send(w)
		return
	}
	s.sendText(w, r, d, draftTag(d))
}

// apiCheck tells what is wrong with an lvs.cf.
func (s *Server) apiCheck(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	if b, ok := s.readText(w, r); ok {
		s.reply(w, r, http.StatusOK, checkOf(s.desk.check(string(b))))
	}
}

// draftOr is the user's own draft, or it answers that there is none.
func (s *Server) draftOr(w http.ResponseWriter, r *http.Request) (*draft, bool) {
	d, err := s.desk.open(r.Context(), callerOf(r).user)
	if !s.readable(w, err) {
		return nil, false
	}
	if d.Version == 0 {
		problem{Status: http.StatusNotFound, Code: "no-draft", Detail: "the user has no draft"}.send(w)
		return nil, false
	}
	return d, true
}

// apiDraft sends the draft of the token's user.
func (s *Server) apiDraft(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	if d, ok := s.draftOr(w, r); ok {
		s.sendText(w, r, d, draftTag(d))
	}
}

// apiPutDraft makes the body the draft of the token's user.
func (s *Server) apiPutDraft(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	c, ctx := callerOf(r), r.Context()
	d, err := s.desk.open(ctx, c.user)
	if !s.readable(w, err) || !ifMatch(w, r, draftTag(d), "the draft, or of lvs.cf where there is none,") {
		return
	}
	text, ok := s.readText(w, r)
	if !ok {
		return
	}
	next := d
	if d.Version == 0 && d.Base == noFile {
		next, err = s.replaceDraft(ctx, c.user, d, d, text, store.Saved)
	} else {
		next, err = s.desk.put(ctx, c.user, d, text)
	}
	switch {
	case errors.Is(err, store.ErrDraftMoved):
		problem{Status: http.StatusPreconditionFailed, Code: "moved", Field: "If-Match", Detail: "the draft was changed meanwhile: get it again"}.send(w)
		return
	case err != nil:
		s.broken(w, r, err)
		return
	}
	w.Header().Set("ETag", quoted(draftTag(next)))
	s.reply(w, r, http.StatusOK, checkOf(next.Problems))
}

// apiDropDraft throws the draft of the token's user away.
func (s *Server) apiDropDraft(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	d, ok := s.draftOr(w, r)
	if !ok || !ifMatch(w, r, draftTag(d), "the draft") {
		return
	}
	c := callerOf(r)
	err := s.Store.DropDraft(r.Context(), c.user, d.Version)
	if errors.Is(err, store.ErrDraftMoved) {
		problem{Status: http.StatusPreconditionFailed, Code: "moved", Field: "If-Match", Detail: "the draft was changed meanwhile: get it again"}.send(w)
		return
	}
	if err == nil {
		err = s.forgetDraft(r.Context(), c.user)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.record(r, c.String(), "discard", "the draft of "+s.ConfigPath)
	w.WriteHeader(http.StatusNoContent)
}

// apiPlan tells what an lvs.cf would change.
func (s *Server) apiPlan(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	text, ok := s.readText(w, r)
	if !ok {
		return
	}
	s.sendPlan(w, r, text, s.desk.check(string(text)))
}

// apiPlanDraft tells what the draft of the token's user would change.
func (s *Server) apiPlanDraft(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	if d, ok := s.draftOr(w, r); ok {
		s.sendPlan(w, r, d.Text, d.Problems)
	}
}

// sendPlan answers with pulse's plan for a text.
func (s *Server) sendPlan(w http.ResponseWriter, r *http.Request, text []byte, ps lvscf.Problems) {
	if wrongConfig(w, ps) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), planLimit+time.Second)
	defer cancel()
	a := s.planner.ask(ctx, text)
	select {
	case <-a.done:
	case <-ctx.Done():
		s.unasked(w, r, ctx.Err())
		return
	}
	if a.err != nil {
		s.unasked(w, r, a.err)
		return
	}
	out := control.Plan{Steps: notNil(a.plan.Steps), Warnings: a.plan.Warnings, Foreign: a.plan.Foreign}
	s.reply(w, r, http.StatusOK, out)
}

// wrongConfig answers where ps has errors.
func wrongConfig(w http.ResponseWriter, ps lvscf.Problems) bool {
	bad := ps.Errors()
	if len(bad) == 0 {
		return false
	}
	first := bad[0]
	p := problem{Status: http.StatusUnprocessableEntity, Code: "bad-config", Detail: fmt.Sprintf("lvs.cf has %d errors, the first in line %d: %s", len(bad), first.Line, first.Message)}
	p.Problems = bad[:min(len(bad), maxProblems)]
	p.More = len(bad) - len(p.Problems)
	p.send(w)
	return true
}
