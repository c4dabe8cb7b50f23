package templates

import (
	"fmt"
	"slices"

	"pacu/peer"
	"pacu/web/text"
)

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

// first and second take apart what has a word and a tone.
func first(word, _ string) string  { return word }
func second(_, tone string) string { return tone }
