package web

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pacu/lvscf"
	"pacu/peer"
	"pacu/web/templates"
)

// A peering keeps what is done with the other router, one thing at a time, and
// what was seen there last.
type peering struct {
	state string // the folder of the console's own files
	known *peer.KnownHosts

	mu   sync.Mutex
	job  *templates.PeerJob // under way, or the last
	past bool               // the job is about what was forgotten since
	seen sighting           // of the last job that looked
	last comparison
}

// A sighting is what a look at the other router saw.
type sighting struct {
	*templates.PeerSeen               // nil: it was not looked at, or in vain
	conf                *lvscf.Config // of its lvs.cf; nil where that has errors
	shown               *peer.HostKey // its host key, which nobody has confirmed
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
	g.job, g.past = &templates.PeerJob{Kind: kind, By: user, Began: time.Now()}, false
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

// end notes how the job ended, and what there is to see now.
func (g *peering) end(err *peer.Error, seen sighting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.job.Ended, g.job.Error = time.Now(), err
	if !g.past {
		g.seen = seen
	}
}

// sighted is the sighting of what was found, nil for nothing.
func sighted(found *peer.Found, shown *peer.HostKey) sighting {
	s := sighting{shown: shown}
	if found == nil {
		return s
	}
	s.PeerSeen = &templates.PeerSeen{At: time.Now(), Found: found}
	if found.File != nil {
		s.conf, _ = lvscf.Read("lvs.cf", found.File.Text)
		s.Broken = s.conf == nil
	}
	return s
}

// forget forgets what was seen: the other router is another, or the way to it.
func (g *peering) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen, g.past = sighting{}, true
	if !g.job.Running() {
		g.job = nil
	}
}

// view fills in what is known of the other router.
func (g *peering) view(v *templates.PeerPage, ours *draft) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v.Seen, v.Shown = g.seen.PeerSeen, g.seen.shown
	if g.job != nil {
		j := *g.job
		j.Steps = slices.Clone(j.Steps)
		v.Job = &j
	}
	if g.seen.conf == nil || ours == nil || ours.Conf == nil {
		return
	}
	if now := (comparison{from: g.seen.Found.File.SHA256, to: ours.Base}); g.last.from != now.from || g.last.to != now.to {
		now.changes = lvscf.Diff(g.seen.conf, ours.Conf)
		g.last = now
	}
	v.Compared, v.Changes = true, g.last.changes
}

// found returns what was seen there last, nil for nothing.
func (g *peering) found() *peer.Found {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seen.PeerSeen == nil {
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
