package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"pacu/control"
	"pacu/web/templates"
)

// preflight shows what would go wrong with a switchover, and the button for
// it.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, "")
	p.Title, p.Tab = p.T().SwitchTitle, templates.Monitoring
	v := templates.SwitchPage{}
	flight, err := s.Pulse.SwitchOver(r.Context(), true, false)
	if err == nil {
		v.Findings = flight.Findings
		v.Snapshot, err = s.moment(r.Context())
	}
	status := http.StatusOK
	if err != nil {
		status, v.Refused = http.StatusBadGateway, pulseSaid(err)
	}
	s.render(w, r, status, templates.SwitchoverView(p, v))
}

// switchOver has pulse switch over; the monitoring page shows how it goes.
func (s *Server) switchOver(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	user, force := s.user(r), r.PostForm.Get("force") == "1"
	if s.beginSwitchover(r, user, force) {
		// It goes on when the one who asked leaves.
		go s.carryOver(context.WithoutCancel(r.Context()), user, force)
		s.hub.look(r.Context(), 0)
	} else {
		s.sessions.Put(r.Context(), flashKey, s.page(r, "").T().SwitchTwice)
	}
	http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
}

// beginSwitchover notes that who has asked for a switchover, unless one is under
// way.
func (s *Server) beginSwitchover(r *http.Request, who string, force bool) bool {
	if !s.hub.over.begin(who) {
		return false
	}
	note := "as nothing stops it"
	if force {
		note = "whatever stops it"
	}
	s.record(r, who, "switchover", note)
	return true
}

// carryOver has pulse switch over, and keeps what came of it.
func (s *Server) carryOver(ctx context.Context, user string, force bool) {
	flight, err := s.Pulse.SwitchOver(ctx, false, force)
	end := templates.Switchover{}
	if err != nil {
		end.Failed = pulseSaid(err)
	} else {
		end.Preflight = *flight
	}
	s.Log.Info("switchover ended", "user", user, "done", end.Preflight.Done, "error", end.Failed)
	s.hub.over.end(end)
	s.hub.look(ctx, 0)
}

// pulseSaid is err as pulse words it.
func pulseSaid(err error) string {
	var said control.ReplyError
	if errors.As(err, &said) {
		return string(said)
	}
	return err.Error()
}

// overShown is how long the page tells how a switchover ended.
const overShown = 10 * time.Minute

// A switcher keeps the switchover that the console has asked for; there is one
// at a time.
type switcher struct {
	mu  sync.Mutex
	now *templates.Switchover // the one under way, or the last; nil before
}

// begin notes that user has asked for a switchover, unless one is under way.
func (o *switcher) begin(user string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now != nil && o.now.Running() {
		return false
	}
	o.now = &templates.Switchover{By: user, Began: time.Now()}
	return true
}

// end notes how the switchover under way has ended.
func (o *switcher) end(how templates.Switchover) {
	o.mu.Lock()
	defer o.mu.Unlock()
	how.By, how.Began, how.Ended = o.now.By, o.now.Began, time.Now()
	o.now = &how
}

// last returns the switchover under way, or the last, or nil where that is
// long ago. Nobody changes it later.
func (o *switcher) last() *templates.Switchover {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now == nil || !o.now.Running() && time.Since(o.now.Ended) > overShown {
		return nil
	}
	return o.now
}
