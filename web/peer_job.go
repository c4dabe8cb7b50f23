package web

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pacu/lvscf"
	"pacu/peer"
	"pacu/store"
	"pacu/web/templates"
)

// A peering keeps what is done with the other router, one thing at a time, and
// what was seen there last.
type peering struct {
	state string // the folder of the console's own files
	known *peer.KnownHosts

	mu    sync.Mutex
	job   *templates.PeerJob  // under way, or the last
	seen  *templates.PeerSeen // nil: not looked at, or in vain
	conf  *lvscf.Config       // of what was seen; nil where that has errors
	shown *peer.HostKey       // a host key that nobody has confirmed
	last  comparison
}

// A comparison is what two lvs.cf say differently.
type comparison struct {
	from, to string // their hashes
	changes  []lvscf.Change
}

func newPeering(state string) *peering {
	return &peering{state: state, known: &peer.KnownHosts{Path: peer.KnownHostsPath(state)}}
}

// jobLimit bounds a job; its steps have limits of their own.
const jobLimit = 10 * time.Minute

// begin notes that user begins a job, unless one is under way.
func (g *peering) begin(kind templates.JobKind, user string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job.Running() {
		return false
	}
	g.job = &templates.PeerJob{Kind: kind, By: user, Began: time.Now()}
	return true
}

// tell notes a step of the job.
func (g *peering) tell(e peer.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := templates.PeerStep{Step: e.Step, Ended: e.Ended, Error: e.Error, Note: e.Note}
	if n := len(g.job.Steps); e.Ended && n > 0 && g.job.Steps[n-1].Step == e.Step {
		g.job.Steps[n-1] = s
		return
	}
	g.job.Steps = append(g.job.Steps, s)
}

// end notes how the job ended.
func (g *peering) end(err *peer.Error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.job.Ended, g.job.Error = time.Now(), err
}

// saw notes what a look found; nil: nothing is known any more.
func (g *peering) saw(found *peer.Found, shown *peer.HostKey) {
	var seen *templates.PeerSeen
	var conf *lvscf.Config
	if found != nil {
		seen = &templates.PeerSeen{At: time.Now(), Found: found}
		if found.File != nil {
			conf, _ = lvscf.Read("lvs.cf", found.File.Text)
			seen.Broken = conf == nil
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen, g.conf, g.shown = seen, conf, shown
}

// forget forgets what was seen: the other router is another, or the way to it.
func (g *peering) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen, g.conf, g.shown = nil, nil, nil
	if !g.job.Running() {
		g.job = nil
	}
}

// view fills in what is known of the other router.
func (g *peering) view(v *templates.PeerPage, ours *draft) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v.Seen, v.Shown = g.seen, g.shown
	if g.job != nil {
		j := *g.job
		j.Steps = slices.Clone(j.Steps)
		v.Job = &j
	}
	if g.conf == nil || ours == nil || ours.Conf == nil {
		return
	}
	if now := (comparison{from: g.seen.Found.File.SHA256, to: ours.Base}); g.last.from != now.from || g.last.to != now.to {
		now.changes = lvscf.Diff(g.conf, ours.Conf)
		g.last = now
	}
	v.Compared, v.Changes = true, g.last.changes
}

// found returns what was seen there last, nil for nothing.
func (g *peering) found() *peer.Found {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seen == nil {
		return nil
	}
	return g.seen.Found
}

// idle reports whether nothing is under way, and how long ago the last job
// began.
func (g *peering) idle() (bool, time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job == nil {
		return true, jobLimit
	}
	return !g.job.Running(), time.Since(g.job.Began)
}

// before is where the lvs.cf is that the last push replaced.
func (g *peering) before() string { return filepath.Join(g.state, "peer_before.cf") }

// peer returns the other router as set up.
func (g *peering) peer(settings peer.Settings) (*peer.Peer, error) {
	id, err := peer.LoadIdentity(peer.IdentityPath(g.state))
	if err != nil {
		e := &peer.Error{Host: settings.Host, Step: peer.Login, Fault: peer.NoIdentity, Err: err}
		g.tell(peer.Event{Step: e.Step, Ended: true, Error: e})
		return nil, e
	}
	return &peer.Peer{Settings: settings, Identity: id, Known: g.known}, nil
}

// work does a job in the background; it goes on when the one who asked leaves.
// done hears how it ended.
func (s *Server) work(ctx context.Context, settings peer.Settings, do func(context.Context, *peer.Peer) error, done func(context.Context, *peer.Error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobLimit)
	go func() {
		defer cancel()
		p, err := s.peering.peer(settings)
		if err == nil {
			err = do(ctx, p)
		}
		var e *peer.Error
		if err != nil && !errors.As(err, &e) {
			e = &peer.Error{Host: settings.Host, Fault: peer.Failed, Err: err}
		}
		if e != nil {
			s.Log.Warn("other router", "error", e)
		}
		s.peering.end(e)
		done(ctx, e)
	}()
}

// lookAt looks at the other router, and notes what it finds. tell hears of the
// steps.
func (s *Server) lookAt(ctx context.Context, p *peer.Peer, tell func(peer.Event)) error {
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
	s.peering.saw(found, shown)
	return err
}

// look is a job: it looks at the other router.
func (s *Server) look(ctx context.Context, settings peer.Settings, user string) bool {
	if !s.peering.begin(templates.JobLook, user) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) error {
		return s.lookAt(ctx, p, s.peering.tell)
	}, func(context.Context, *peer.Error) {})
	return true
}

// push is a job: it puts text there in place of what was seen.
func (s *Server) push(ctx context.Context, settings peer.Settings, text []byte, seen string, by store.Entry) bool {
	if !s.peering.begin(templates.JobPush, by.Who) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) error {
		before, err := p.Push(ctx, text, seen, s.peering.tell)
		if len(before) > 0 && (err == nil || replaced(err)) {
			if err := writePrivate(s.peering.before(), before); err != nil {
				s.Log.Error("keep what the push replaced", "error", err)
			}
		}
		// What is there now is looked at, whatever came of it; if that is in
		// vain, nothing is known.
		if lerr := s.lookAt(ctx, p, func(peer.Event) {}); lerr != nil {
			s.Log.Warn("look at the other router after a push", "error", lerr)
		}
		return err
	}, func(ctx context.Context, e *peer.Error) { s.ended(ctx, by, e) })
	return true
}

// replaced reports whether a push that ended with err has replaced the file.
func replaced(err error) bool {
	var e *peer.Error
	return errors.As(err, &e) && (e.Step == peer.Verify || e.Step == peer.Reload)
}

// pushKey is a job: it puts the key of the heartbeats there, and has both
// pulses load it.
func (s *Server) pushKey(ctx context.Context, settings peer.Settings, key peer.Secret, by store.Entry) bool {
	if !s.peering.begin(templates.JobKey, by.Who) {
		return false
	}
	s.work(ctx, settings, func(ctx context.Context, p *peer.Peer) error {
		err := p.PushKey(ctx, key, s.peering.tell)
		if err == nil || replaced(err) {
			// At once: until both have it, each refuses the other's heartbeats.
			err = errors.Join(err, s.reloadHere(ctx, settings.Host))
		}
		if lerr := s.lookAt(ctx, p, func(peer.Event) {}); lerr != nil {
			s.Log.Warn("look at the other router after a push", "error", lerr)
		}
		return err
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

// writePrivate puts b at path, mode 0600, in one step.
func writePrivate(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// exists reports whether there is a file at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
