package web

import (
	"context"
	"errors"

	"pacu/peer"
	"pacu/store"
	"pacu/web/templates"
)

// work does a job in the background; it goes on when the one who asked leaves.
// done hears how it ended.
func (s *Server) work(ctx context.Context, settings peer.Settings, do func(context.Context, *peer.Peer) (sighting, error), done func(context.Context, *peer.Error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobLimit)
	go func() {
		defer cancel()
		var seen sighting
		p, err := s.peering.peer(settings)
		if err == nil {
			seen, err = do(ctx, p)
		}
		var e *peer.Error
		if err != nil && !errors.As(err, &e) {
			e = &peer.Error{Host: settings.Host, Fault: peer.Failed, Err: err}
		}
		if e != nil {
			s.Log.Warn("other router", "error", e)
		}
		done(ctx, e)
		s.peering.end(e, seen)
	}()
}

// lookAt looks at the other router. tell hears of the steps.
func (s *Server) lookAt(ctx context.Context, p *peer.Peer, tell func(peer.Event)) (sighting, error) {
	// Where the key here is unknown, the one there is not compared with it.
	ours, _ := peer.ReadSecret(s.ConfigPath)
	found, err := p.Look(ctx, ours, tell)
	var shown *peer.HostKey
	var e *peer.Error
	if errors.As(err, &e) && (e.Fault == peer.HostUnknown || e.Fault == peer.HostChanged) {
		if key, err := p.HostKey(ctx); err == nil {
			shown = &key
		}
	}
	return sighted(found, shown), err
}

// lookAfter looks at what there is after a push, whatever came of it; if that
// is in vain, nothing is known.
func (s *Server) lookAfter(ctx context.Context, p *peer.Peer) sighting {
	seen, err := s.lookAt(ctx, p, func(peer.Event) {})
	if err != nil {
		s.Log.Warn("look at the other router after a push", "error", err)
	}
	return seen
}

// look is a job: it looks at the other router.
func (s *Server) look(ctx context.Context, settings peer.Settings, user string) bool {
	if !s.peering.begin(templates.JobLook, user) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) (sighting, error) {
		return s.lookAt(ctx, p, s.peering.tell)
	}, func(context.Context, *peer.Error) {})
	return true
}

// push is a job: it puts text there in place of what was seen.
func (s *Server) push(ctx context.Context, settings peer.Settings, text []byte, seen string, by store.Entry) bool {
	if !s.peering.begin(templates.JobPush, by.Who) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) (sighting, error) {
		before, err := p.Push(ctx, text, seen, s.peering.tell)
		if len(before) > 0 && (err == nil || replaced(err)) {
			if err := writePrivate(s.peering.before(), before); err != nil {
				s.Log.Error("keep what the push replaced", "error", err)
			}
		}
		return s.lookAfter(ctx, p), err
	}, func(ctx context.Context, e *peer.Error) { s.ended(ctx, by, e) })
	return true
}

// replaced reports whether a push that ended with err has replaced the file, or
// may have, as its answer was lost.
func replaced(err error) bool {
	var e *peer.Error
	return errors.As(err, &e) && (e.Step == peer.Verify || e.Step == peer.Reload ||
		e.Step == peer.Replace && (e.Fault == peer.Lost || e.Fault == peer.Timeout))
}

// pushKey is a job: it puts the key of the heartbeats there, and has both
// pulses load it.
func (s *Server) pushKey(ctx context.Context, settings peer.Settings, key peer.Secret, by store.Entry) bool {
	if !s.peering.begin(templates.JobKey, by.Who) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) (sighting, error) {
		err := p.PushKey(ctx, key, s.peering.tell)
		if err == nil || replaced(err) {
			// At once: until both have it, each refuses the other's heartbeats.
			err = errors.Join(err, s.reloadHere(ctx, settings.Host))
		}
		return s.lookAfter(ctx, p), err
	}, func(ctx context.Context, e *peer.Error) { s.ended(ctx, by, e) })
	return true
}

// reloadHere has pulse on this router load the key, as a step of the job.
func (s *Server) reloadHere(ctx context.Context, host string) error {
	s.peering.tell(peer.Event{Step: templates.ReloadHere})
	said, err := s.Pulse.Reload(ctx)
	if err == nil {
		s.peering.tell(peer.Event{Step: templates.ReloadHere, Ended: true, Note: said})
		return nil
	}
	e := &peer.Error{Host: host, Step: templates.ReloadHere, Fault: peer.NoReload, Note: pulseSaid(err), Err: err}
	s.peering.tell(peer.Event{Step: templates.ReloadHere, Ended: true, Error: e})
	return e
}

// ended puts how a job of by's ended into the audit.
func (s *Server) ended(ctx context.Context, by store.Entry, e *peer.Error) {
	by.What += " ended"
	by.Note = "well"
	if e != nil {
		by.Note = string(e.Step) + ": " + string(e.Fault)
	}
	s.Log.Info(by.What, "user", by.Who, "object", by.Object, "note", by.Note)
	if err := s.Store.Record(ctx, by); err != nil {
		s.Log.Error("audit", "error", err)
	}
}
