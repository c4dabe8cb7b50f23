package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

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

// edition is a serial and the beginning of a hash.
func edition(t *text.Words, serial, sum string) string {
	if serial == "" {
		serial = t.Peer.NoSerial
	} else {
		serial = fmt.Sprintf(t.Peer.Serial, serial)
	}
	return serial + " · " + sum[:min(len(sum), 12)]
}

func stepWord(p Page, s peer.Step) string {
	switch {
	case s == ReloadHere:
		return p.T().Peer.ReloadHere
	case p.Lang == text.Chinese:
		return s.Chinese()
	default:
		return s.English()
	}
}

func faultWords(p Page, e *peer.Error) string {
	switch {
	case e.Step == ReloadHere:
		return p.T().Peer.HereFailed
	case p.Lang == text.Chinese:
		return e.Fault.Chinese()
	default:
		return e.Fault.English()
	}
}

func jobWord(t *text.Words, k JobKind) string {
	switch k {
	case JobPush:
		return t.Peer.JobPush
	case JobKey:
		return t.Peer.JobKey
	default:
		return t.Peer.JobLook
	}
}

// state is how far the job is, in a word.
func (j *PeerJob) state(t *text.Words) (word, tone string) {
	switch {
	case j.Running():
		return t.Peer.Running, "calm"
	case j.Error != nil && j.Error.Fault == peer.NoReload:
		return t.LevelWarning, "wait"
	case j.Error != nil:
		return t.Peer.EndedBad, "bad"
	case slices.ContainsFunc(j.Steps, func(s PeerStep) bool { return s.Error != nil }):
		return t.Peer.EndedMixed, "wait"
	default:
		return t.Peer.EndedWell, "ok"
	}
}

func (s PeerStep) state(t *text.Words) (word, tone string) {
	switch {
	case !s.Ended:
		return t.Peer.StepWait, "calm"
	case s.Error != nil && (s.Error.Fault == peer.NoConfig || s.Error.Fault == peer.NoReload):
		return t.LevelWarning, "wait"
	case s.Error != nil:
		return t.Peer.StepBad, "bad"
	default:
		return t.Peer.StepOK, "ok"
	}
}

// remedy is the part of the page where an administrator puts right what went
// wrong, empty where it is elsewhere.
func (s PeerStep) remedy() string {
	if s.Error == nil {
		return ""
	}
	switch s.Error.Fault {
	case peer.Denied, peer.NoIdentity:
		return "#identity"
	case peer.Unset, peer.Unresolved, peer.Refused, peer.NotSSH, peer.NoFolder, peer.OddPath, peer.TooLong, peer.NoPulse:
		return "#host"
	case peer.NoKey, peer.KeyDiffers, peer.KeyOpen:
		return "#key"
	default:
		return ""
	}
}

// note is what a step found, or the particulars of what went wrong.
func (s PeerStep) note() string {
	if s.Error != nil {
		return s.Error.Particulars()
	}
	return s.Note
}

// authorizedLine is the line for authorized_keys, which holds the key to what
// it is for. From is this router's address, where it is known.
func (v PeerPage) authorizedLine(host string) string {
	options := "restrict"
	if v.Snapshot != nil && v.Snapshot.Router.Address.IsValid() && v.Snapshot.Partner != nil && v.Settings.Host == v.Snapshot.Partner.Address.String() {
		options += `,from="` + v.Snapshot.Router.Address.String() + `"`
	}
	return strings.TrimSpace(options + " " + v.Identity + " " + comment(host))
}

// comment is what tells the keys in a file apart: words that mean nothing to
// a shell.
func comment(host string) string {
	if host == "" || peer.CheckHost(host) != nil {
		return "pacu"
	}
	return "pacu@" + host
}

func (v PeerPage) authorizeCommand(host string) string {
	return "mkdir -p -m 700 ~/.ssh && echo '" + v.authorizedLine(host) + "' >> ~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys"
}

// copyCommand copies the key by hand.
func (v PeerPage) copyCommand() string {
	port := ""
	if v.Settings.Port != "" && v.Settings.Port != strconv.Itoa(peer.DefaultPort) {
		port = "-P " + v.Settings.Port + " "
	}
	host := v.Settings.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if host == "" {
		host = "OTHER-ROUTER"
	}
	return "scp -p " + port + "/etc/sysconfig/ha/lvs.key root@" + host + ":/etc/sysconfig/ha/lvs.key"
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

// fields are those of the form.
func (s PeerSettings) fields(t *text.Words) []field {
	plain := templ.Attributes{"autocapitalize": "none", "spellcheck": "false"}
	return []field{
		{ID: "host", Name: "host", Label: t.Peer.Host, Value: s.Host, Type: "text", Fill: "off", Max: 253, Hint: t.Peer.HostHint, Wrong: s.Wrong["host"], More: plain},
		{ID: "port", Name: "port", Label: t.Peer.Port, Value: s.Port, Type: "text", Fill: "off", Max: 5, Wrong: s.Wrong["port"], More: templ.Attributes{"inputmode": "numeric"}},
		{ID: "account", Name: "user", Label: t.Peer.Account, Value: s.User, Type: "text", Fill: "off", Max: 32, Hint: t.Peer.AccountHint, Wrong: s.Wrong["user"], More: plain},
		{ID: "config", Name: "config", Label: t.Peer.ConfigPath, Value: s.Config, Type: "text", Fill: "off", Max: 1024, Hint: t.Peer.PathHint, Wrong: s.Wrong["config"], More: plain},
		{ID: "pulse", Name: "pulse", Label: t.Peer.PulsePath, Value: s.Pulse, Type: "text", Fill: "off", Max: 1024, Hint: t.Peer.PathHint, Wrong: s.Wrong["pulse"], More: plain},
	}
}

// first and second take apart what has a word and a tone.
func first(word, _ string) string  { return word }
func second(_, tone string) string { return tone }
