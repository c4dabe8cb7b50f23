package heartbeat

import (
	"strconv"
	"strings"
	"time"
)

// A Role is fixed by a router's own addresses.
type Role int

// The roles. The primary wins when both routers are active.
const (
	Primary Role = iota
	Backup
)

// String is "primary" or "backup".
func (r Role) String() string { return [...]string{"primary", "backup"}[r] }

func (r Role) other() Role { return Backup - r }

// A State says whether a router serves.
type State int

// The states.
const (
	Standby State = iota
	Active
)

// String is "standby" or "active".
func (s State) String() string { return [...]string{"standby", "active"}[s] }

// A PartnerState is what is known of the other router.
type PartnerState int

// The states of a partner.
const (
	PartnerUnknown PartnerState = iota // not heard yet, or not since this router began to listen afresh
	PartnerStandby
	PartnerActive
	PartnerSilent // no path has carried a heartbeat for deadtime
)

// String is "unknown", "standby", "active" or "silent".
func (p PartnerState) String() string {
	return [...]string{"unknown", "standby", "active", "silent"}[p]
}

// MaxPaths is the number of paths a Node can listen to: Piranha's public one,
// the private, and those of heartbeat_path.
const MaxPaths = 8

// PathName is "public" for path 0, "private" for path 1 where there is such a
// one, and "path 3" for path 2.
func (s Settings) PathName(i int) string {
	switch {
	case i == 0:
		return "public"
	case i == 1 && !s.NoPrivate:
		return "private"
	}
	return "path " + strconv.Itoa(i+1)
}

// pathWords is "public path" for path 0, "path 3" for path 2.
func (s Settings) pathWords(i int) string {
	name := s.PathName(i)
	if strings.HasPrefix(name, "path ") {
		return name
	}
	return name + " path"
}

// Settings are a Node's part of lvs.cf, and of what an operator wants.
type Settings struct {
	Role      Role
	Keepalive time.Duration // between heartbeats; at least a millisecond is used
	Deadtime  time.Duration // of silence on all paths until the partner is dead; at least Keepalive is used
	Partner   bool          // backup_active: there is another router
	Paths     int           // 1 to MaxPaths
	NoPrivate bool          // the second path is one of heartbeat_path
	// ForceActive makes the first Step activate whatever the partner says.
	ForceActive bool
	// Resume does the same where an earlier pulse of this router served until
	// just now, and its addresses are still up.
	Resume bool
	// Held is whether the Node starts as after Hold. A Configure ignores it.
	Held bool

	Fos   bool // service = fos: it speaks the other heartbeats
	Keyed bool // heartbeats are authenticated

	// Preempt makes the primary take back when it is fit, PreemptDelay after
	// all that it waits for is there.
	Preempt      bool
	PreemptDelay time.Duration
	// SyncGate: connections are synchronized, and preempting waits for them.
	SyncGate bool

	Serial uint32  // serial_no of lvs.cf
	Hash   [8]byte // first bytes of the SHA-256 of lvs.cf

	Release string // of this program, see Beat
}

// usable is s with the values that a Node needs in range.
func (s Settings) usable() Settings {
	s.Keepalive = max(s.Keepalive, time.Millisecond)
	s.Deadtime = max(s.Deadtime, s.Keepalive)
	s.Paths = min(max(s.Paths, 1), MaxPaths)
	s.PreemptDelay = max(s.PreemptDelay, 0)
	return s
}

// listening is the part of s that decides who is heard, and how. When it
// changes, what was heard before says nothing.
func (s Settings) listening() Settings {
	return Settings{Role: s.Role, Keepalive: s.Keepalive, Deadtime: s.Deadtime, Partner: s.Partner, Paths: s.Paths, Fos: s.Fos, Keyed: s.Keyed}
}

// Settings returns the settings in use.
func (n Node) Settings() Settings { return n.settings }
