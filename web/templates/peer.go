package templates

import (
	"fmt"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/peer"
	"pacu/web/text"
)

// PeerPath is where the page of the other router is.
const PeerPath = "/peer"

// A PeerPage is lvs.cf and the key of both routers, and the way to the other.
type PeerPage struct {
	Settings PeerSettings
	Note     string // what went wrong with the last request; may be empty
	Saved    bool   // the settings have been saved once
	Ready    bool   // the other router can be reached: settings and host key are there

	Ours       PeerFile
	OursBroken bool   // lvs.cf on disk has errors
	OursLost   string // why it cannot be read
	Snapshot   *control.Snapshot
	Seen       *PeerSeen // nil: not looked at, or in vain
	Job        *PeerJob  // under way, or the last; nil: none

	Compared bool // Changes are all that differs by meaning
	Changes  []lvscf.Change

	Identity    string // the line for authorized_keys
	IdentityBad string // why there is none
	Known       []peer.HostKey
	Shown       *peer.HostKey // that nobody has confirmed
	Key         KeyState
	KeyNote     string // why the key cannot be read
	Before      bool   // there is what the last push replaced
}

// PeerSettings are the settings as typed.
type PeerSettings struct {
	Host, Port, User, Config, Pulse string
	Wrong                           Complaints
}

// A PeerFile is an lvs.cf in a line.
type PeerFile struct {
	Serial string // empty without
	SHA256 string // empty: there is no file
	At     time.Time
}

// A PeerSeen is what a look at the other router found.
type PeerSeen struct {
	At     time.Time
	Found  *peer.Found
	Broken bool // its lvs.cf has errors
}

// A PeerJob is something that is done with the other router, or was.
type PeerJob struct {
	Kind  JobKind
	By    string
	Began time.Time
	Ended time.Time // zero: it is under way
	Steps []PeerStep
	Error *peer.Error // nil: it went well, or is under way
}

// Running reports whether the job is under way.
func (j *PeerJob) Running() bool { return j != nil && j.Ended.IsZero() }

// A JobKind is what a PeerJob does.
type JobKind string

// The jobs.
const (
	JobLook JobKind = "look"
	JobPush JobKind = "push"
	JobKey  JobKind = "key"
)

// ReloadHere is the step of a JobKey after those of package peer: pulse on
// this router loads its key too.
const ReloadHere peer.Step = "reload-here"

// A PeerStep is a step of a PeerJob.
type PeerStep struct {
	Step  peer.Step
	Ended bool
	Error *peer.Error
	Note  string
}

// A KeyState is how it stands with the key of the heartbeats here.
type KeyState int

// The states of the key.
const (
	KeyNone   KeyState = iota // there is none
	KeyHere                   // it can be pushed
	KeyLocked                 // the console may not read it, or refuses it
)

// mostChanges bounds how many differences are listed.
const mostChanges = 200

func (v PeerPage) shownChanges() []lvscf.Change { return v.Changes[:min(len(v.Changes), mostChanges)] }

// theirs is lvs.cf there as last looked at, nil where that is not known.
func (v PeerPage) theirs() *peer.File {
	if v.Seen == nil {
		return nil
	}
	return v.Seen.Found.File
}

// none reports whether the last look found no lvs.cf there.
func (v PeerPage) none() bool { return v.Seen != nil && v.fault(peer.Config, peer.NoConfig) }

// fault reports whether the last look found f at step s.
func (v PeerPage) fault(s peer.Step, f peer.Fault) bool {
	if v.Seen == nil {
		return false
	}
	for _, e := range v.Seen.Found.Faults {
		if e.Step == s && e.Fault == f {
			return true
		}
	}
	return false
}

// same reports whether the files on disk are known to be the same.
func (v PeerPage) same() bool { return v.theirs() != nil && v.theirs().SHA256 == v.Ours.SHA256 }

// differ reports whether there is something to push or fetch.
func (v PeerPage) differ() bool { return v.Seen != nil && (v.none() || v.theirs() != nil && !v.same()) }

// SeenHash is the hash of lvs.cf there as last looked at.
func (v PeerPage) SeenHash() string {
	if f := v.theirs(); f != nil {
		return f.SHA256
	}
	return peer.NoFile
}

// mayPush reports whether PUSH would do something.
func (v PeerPage) mayPush() bool {
	return v.differ() && v.Ours.SHA256 != "" && !v.OursBroken && v.OursLost == ""
}

// verdict says in a sentence whether both routers have the same lvs.cf.
func (v PeerPage) verdict(t *text.Words) (words, tone string) {
	switch {
	case v.none():
		return t.Peer.NoneThere, "bad"
	case v.same():
		return t.Peer.SameOnDisk, "ok"
	case v.theirs() != nil:
		return t.Peer.DiffersLong, "bad"
	}
	if b := briefOf(v.Snapshot); b.known {
		return b.words(t), b.tone()
	}
	return t.Peer.UnknownLong, "off"
}

// jobFirst reports whether the job is of more interest than the difference: it
// is under way, or has failed.
func (v PeerPage) jobFirst() bool { return v.Job != nil && (v.Job.Running() || v.Job.Error != nil) }

// unrun reports whether pulse here runs another lvs.cf than that on disk.
func (v PeerPage) unrun() bool {
	return v.Snapshot != nil && v.Ours.SHA256 != "" && v.Snapshot.Config.SHA256 != v.Ours.SHA256
}

// ourKey says how it stands with the key here.
func (v PeerPage) ourKey(t *text.Words) (words, tone string) {
	switch v.Key {
	case KeyHere:
		return t.Peer.KeyHere, "ok"
	case KeyLocked:
		return t.Peer.KeyLocked, "wait"
	default:
		return t.Peer.KeyNone, "off"
	}
}

// theirKey says how it stands with the key there.
func (v PeerPage) theirKey(t *text.Words) (words, tone string) {
	if v.Seen == nil {
		return t.Peer.NotLooked, "off"
	}
	var found *peer.Error
	for _, e := range v.Seen.Found.Faults {
		if e.Step == peer.Key {
			found = e
		}
	}
	switch {
	case found != nil && found.Fault == peer.NoKey:
		return t.Peer.KeyNone, "bad"
	case found != nil && found.Fault == peer.KeyDiffers:
		return t.Peer.OtherHere, "bad"
	case found != nil:
		return t.Peer.KeyProblems, "bad"
	case v.Seen.Found.NoKey:
		return t.Peer.KeyNone, "off"
	case v.Key == KeyHere:
		return t.Peer.SameAsHere, "ok"
	default:
		return t.Peer.KeyHere, "off"
	}
}

// A brief is what the heartbeats tell of both routers' lvs.cf.
type brief struct {
	known, differs bool
	ours, theirs   uint32
}

func briefOf(s *control.Snapshot) brief {
	if s == nil || s.Partner == nil || !s.Partner.Keyed || s.Partner.State == control.Silent || s.Partner.State == control.Unknown {
		return brief{}
	}
	return brief{true, s.Partner.ConfigDiffers, uint32(s.Config.SerialNo), s.Partner.SerialNo}
}

func (b brief) words(t *text.Words) string {
	if b.differs {
		return fmt.Sprintf(t.Peer.Differs, b.ours, b.theirs)
	}
	return fmt.Sprintf(t.Peer.Same, b.ours)
}

func (b brief) tone() string {
	if b.differs {
		return "bad"
	}
	return "ok"
}
