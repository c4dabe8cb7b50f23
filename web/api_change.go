package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"pacu/store"
	machine "pacu/web/change"
	"pacu/web/templates"
)

// An apiChange is a change of lvs.cf, as far as it has come.
type apiChange struct {
	// idle: none is under way, and the rest is of the last one. waiting: it
	// must be confirmed. The others (writing, reloading, confirming, returning,
	// reverting, ending) end by themselves.
	State string `json:"state"`
	// Who applied it.
	Who string `json:"who,omitempty"`
	// Why, in their words.
	Note string `json:"note,omitempty"`
	// The ETag of lvs.cf before; missing: there was none.
	Before string `json:"before,omitempty"`
	// The ETag of lvs.cf as applied: what to send as If-Match to confirm it.
	After string `json:"after,omitempty"`
	// When it was applied.
	Began time.Time `json:"began,omitzero"`
	// When it is taken back unless it is confirmed; missing: never.
	Deadline time.Time `json:"deadline,omitzero"`
	// What came of it: confirmed, unread (pulse does not run and reads it at its
	// start), unwritten, rolled back, or left (it was to be taken back, but
	// lvs.cf was changed by somebody else).
	Outcome string `json:"outcome,omitempty"`
	// Why it is taken back: asked, late, refused, fault or crash.
	Cause string `json:"cause,omitempty"`
	// More of that, for people.
	Detail string `json:"detail,omitempty"`
	// Who confirmed it; missing where nobody had to.
	ConfirmedBy string `json:"confirmed_by,omitempty"`
	// What pulse said when it read it.
	Said string `json:"said,omitempty"`
	// When it was over.
	Ended time.Time `json:"ended,omitzero"`
	// What went wrong since, one sentence each.
	Trouble []string `json:"trouble,omitempty"`
	// Why the last step has failed, and is tried again.
	Problem string `json:"problem,omitempty"`
	// The revision in the history of lvs.cf before.
	RevisionBefore int64 `json:"revision_before,omitempty"`
	// The revision of lvs.cf as applied.
	RevisionAfter int64 `json:"revision_after,omitempty"`
}

// changeNow is the change under way, or the last one.
func (s *Server) changeNow() apiChange {
	m, before, after := s.changer.state()
	tag := func(sum string) string {
		if sum == "" {
			return ""
		}
		return quoted(sum)
	}
	c := apiChange{
		State: stateName(m.State), Who: m.Change.Who, Note: m.Change.Note, Before: tag(m.Change.Before), After: tag(m.Change.After),
		Began: m.Change.Began, Outcome: string(m.Outcome), Cause: string(m.Cause), Detail: m.Detail, ConfirmedBy: m.Confirmer,
		Said: m.Said, Ended: m.Ended, Trouble: m.Trouble, Problem: m.Problem, RevisionBefore: before, RevisionAfter: after,
	}
	if !m.Change.AtOnce() {
		c.Deadline = m.Change.Deadline
	}
	return c
}

// sendChange answers with the change: 200 when it is over and lvs.cf as wanted,
// 202 while it goes on.
func (s *Server) sendChange(w http.ResponseWriter, r *http.Request, wanted ...machine.Outcome) {
	c := s.changeNow()
	if c.After != "" {
		w.Header().Set("ETag", c.After)
	}
	switch {
	case c.State != "idle":
		w.Header().Set("Location", apiPath+"/change")
		s.reply(w, r, http.StatusAccepted, c)
	case c.Outcome == string(machine.Unwritten) && s.sendShortage(w, &c):
	case len(wanted) > 0 && !slices.Contains(wanted, machine.Outcome(c.Outcome)):
		problem{Status: http.StatusConflict, Code: "not-" + strings.ReplaceAll(string(wanted[0]), " ", "-"), Change: &c,
			Detail: strings.TrimSuffix(fmt.Sprintf("the change is %s: %s", c.Outcome, c.Detail), ": ")}.send(w)
	default:
		s.reply(w, r, http.StatusOK, c)
	}
}

// sendShortage answers that a disk, or the database, is why c could not be
// written, and returns whether it is.
func (s *Server) sendShortage(w http.ResponseWriter, c *apiChange) bool {
	p, ok := diskProblem(s.changer.shortage(s.State))
	if ok {
		p.Change = c
		p.send(w)
	}
	return ok
}

// apiChangeNow sends the change under way, or the last one.
func (s *Server) apiChangeNow(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	if err := s.changer.resume(r.Context()); err != nil {
		s.broken(w, r, err)
		return
	}
	c := s.changeNow()
	if c.After != "" {
		w.Header().Set("ETag", c.After)
	}
	s.reply(w, r, http.StatusOK, c)
}

// confirmWords are the values of confirm at apply: how long the change waits to
// be confirmed.
var confirmWords = map[string]time.Duration{
	"30s": 30 * time.Second, "1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "immediate": 0,
}

// apiApply puts an lvs.cf, or the draft of the token's user, into effect.
func (s *Server) apiApply(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "draft", "note", "confirm")
	if !ok {
		return
	}
	c, note := callerOf(r), strings.TrimSpace(q.Get("note"))
	hold, known := confirmWords[q.Get("confirm")]
	switch {
	case !q.Has("confirm"):
		hold = time.Minute
	case !known || !slices.Contains(holds, hold):
		badParameter(w, "confirm", "one of 30s, 1m, 5m, 15m, immediate")
		return
	}
	if len([]rune(note)) > templates.MaxNote || !isText([]byte(note)) {
		badParameter(w, "note", fmt.Sprintf("at most %d characters", templates.MaxNote))
		return
	}
	was, ok := s.diskOr(w, r)
	if !ok || !ifMatch(w, r, was.Base, "lvs.cf") {
		return
	}
	o := wish{user: c.String(), note: note, origin: store.Saved, hold: hold}
	if o.draft, ok = s.toApply(w, r, q.Get("draft"), was, &o); !ok || wrongConfig(w, o.draft.Problems) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), applyPatience)
	defer cancel()
	serial, err := s.changer.apply(ctx, o)
	if err != nil {
		s.unapplied(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{
		Who: c.String(), What: "apply", Object: s.ConfigPath,
		Note: strings.TrimSuffix(fmt.Sprintf("serial %d, %s", serial, note), ", "), After: changesText(was, o.draft),
	})
	s.sendChange(w, r, machine.Confirmed, machine.Unread)
}

// toApply is the body, begun from the lvs.cf that was, or else the draft of that
// tag, which is dropped then; or it answers that there is none.
func (s *Server) toApply(w http.ResponseWriter, r *http.Request, tag string, was *draft, o *wish) (*draft, bool) {
	if tag == "" {
		if !hasBody(r) {
			problem{Status: http.StatusUnprocessableEntity, Code: "nothing-to-apply", Detail: "send an lvs.cf as text/plain, or name the draft: ?draft=draft-12"}.send(w)
			return nil, false
		}
		text, ok := s.readText(w, r)
		if !ok {
			return nil, false
		}
		return s.desk.parse(&draft{Base: was.Base, BaseText: was.BaseText, Text: text}), true
	}
	if hasBody(r) {
		badParameter(w, "draft", "either a draft or a body")
		return nil, false
	}
	d, ok := s.draftOr(w, r)
	if !ok {
		return nil, false
	}
	if draftTag(d) != strings.Trim(tag, `"`) {
		problem{Status: http.StatusPreconditionFailed, Code: "moved", Field: "draft", Detail: "the draft is another by now: it is " + draftTag(d)}.send(w)
		return nil, false
	}
	user := callerOf(r).user
	o.origin = s.draftOrigin(r.Context(), user, d.Version)
	o.written = func(ctx context.Context) { s.dropApplied(ctx, user, d.Version) }
	return d, true
}

// unapplied answers why a change was not begun.
func (s *Server) unapplied(w http.ResponseWriter, r *http.Request, err error) {
	p := problem{Status: http.StatusConflict}
	switch {
	case errors.Is(err, errBusy):
		c := s.changeNow()
		p.Code, p.Change, p.Detail = "busy", &c, "another change is under way: confirm it or roll it back first"
	case errors.Is(err, errNothing):
		p.Code, p.Detail = "nothing", "nothing differs from lvs.cf"
	case errors.Is(err, errFileMoved):
		p.Code, p.Detail = "file-moved", "lvs.cf is not what this began from: REVIEW in the console brings both together"
	default:
		s.broken(w, r, err)
		return
	}
	p.send(w)
}

// apiConfirm keeps the change that waits.
func (s *Server) apiConfirm(w http.ResponseWriter, r *http.Request) {
	s.apiDecide(w, r, "confirm", machine.Confirm{Who: callerOf(r).String()}, machine.Confirmed)
}

// apiRollBack takes it back.
func (s *Server) apiRollBack(w http.ResponseWriter, r *http.Request) {
	s.apiDecide(w, r, "roll back", machine.RollBack{Who: callerOf(r).String()}, machine.RolledBack)
}

func (s *Server) apiDecide(w http.ResponseWriter, r *http.Request, what string, e machine.Event, wanted machine.Outcome) {
	if _, ok := query(w, r); !ok {
		return
	}
	if err := s.changer.resume(r.Context()); err != nil {
		s.broken(w, r, err)
		return
	}
	m, _, _ := s.changer.state()
	if m.Change.After == "" {
		problem{Status: http.StatusConflict, Code: "no-change", Detail: "no change waits to be confirmed"}.send(w)
		return
	}
	if !ifMatch(w, r, m.Change.After, "the change") {
		return
	}
	if !s.changer.begin(r.Context(), e, nil) {
		c := s.changeNow()
		problem{Status: http.StatusConflict, Code: "too-late", Change: &c, Detail: "the change does not wait any more"}.send(w)
		return
	}
	s.recordEntry(r, store.Entry{Who: callerOf(r).String(), What: what, Object: s.ConfigPath, Note: "the change of " + m.Change.Who + ", sha256 " + m.Change.After})
	s.sendChange(w, r, wanted)
}
