package director

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pacu/ipvs"
)

// A Sync is the connection synchronization between the routers.
type Sync struct {
	Interface string `json:"interface"`
	ID        uint32 `json:"id"`
	// Zero values are the kernel's own.
	MaxLen uint16     `json:"maxlen,omitempty"` // bytes of payload in a packet
	Port   uint16     `json:"port,omitempty"`   // UDP
	Group  netip.Addr `json:"group,omitzero"`   // multicast
	TTL    uint8      `json:"ttl,omitempty"`
}

// String is where connections are told: "on eth1, id 7, group ff02::81".
func (s Sync) String() string {
	words := fmt.Sprintf("on %s, id %d", s.Interface, s.ID)
	if s.MaxLen != 0 {
		words += fmt.Sprintf(", maxlen %d", s.MaxLen)
	}
	if s.Port != 0 {
		words += fmt.Sprintf(", port %d", s.Port)
	}
	if s.Group.IsValid() {
		words += ", group " + s.Group.String()
	}
	if s.TTL != 0 {
		words += fmt.Sprintf(", ttl %d", s.TTL)
	}
	return words
}

func (s Sync) daemon(role ipvs.DaemonRole) ipvs.Daemon {
	return ipvs.Daemon{Role: role, Interface: s.Interface, SyncID: s.ID, MaxLen: s.MaxLen, Port: s.Port, Group: s.Group, TTL: s.TTL}
}

// has tells whether r is one of these daemons.
func (s Sync) has(r ipvs.Daemon) bool { return s.daemon(r.Role).Yields(r) }

// FollowRole makes the connection sync daemons those of the role that
// SetActive gave, and tells in words what it changed. Reconcile does so too,
// first of all; but one that runs may be long at work.
func (d *Director) FollowRole() (changed []string, err error) {
	steps, err := d.syncing.follow(time.Now())
	return lines(steps), err
}

// Sync is the connection sync daemons that run, as last read from the kernel,
// with what it chose where lvs.cf does not say. Nil where lvs.cf asks for
// none.
func (d *Director) Sync() []ipvs.Daemon {
	d.syncing.mu.Lock()
	defer d.syncing.mu.Unlock()
	if d.syncing.want == nil {
		return nil
	}
	return slices.Clone(d.syncing.running)
}

// Master is the sync daemon that tells of this router's connections, with what
// the kernel chose where lvs.cf does not say, if it runs or ran last. False
// where lvs.cf asks for none.
func (d *Director) Master() (ipvs.Daemon, bool) {
	d.syncing.mu.Lock()
	defer d.syncing.mu.Unlock()
	want := d.syncing.want
	if want == nil {
		return ipvs.Daemon{}, false
	}
	for _, r := range d.syncing.running {
		if r.Role == ipvs.Master && want.has(r) {
			return r, true
		}
	}
	return want.daemon(ipvs.Master), true
}
