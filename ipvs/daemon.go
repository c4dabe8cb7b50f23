package ipvs

import (
	"cmp"
	"net/netip"
	"strconv"
)

// A DaemonRole is one of IP_VS_STATE_*.
type DaemonRole uint32

// The roles. One namespace can have a daemon of each.
const (
	Master DaemonRole = 1 // tells others of this machine's connections
	Backup DaemonRole = 2 // learns of the others'
)

// String is "master", "backup", or the number.
func (r DaemonRole) String() string {
	switch r {
	case Master:
		return "master"
	case Backup:
		return "backup"
	}
	return strconv.FormatUint(uint64(r), 10)
}

// A Daemon is a kernel thread that sends or receives connections, so that they
// outlive a change of routers. Starting one, a zero MaxLen, Group, Port or TTL
// lets the kernel choose; Daemons shows what it chose.
type Daemon struct {
	Role      DaemonRole
	Interface string
	SyncID    uint32     // tells clusters on one network apart, 0 to 255; to a backup, 0 is every id
	MaxLen    uint16     // bytes of payload in a packet
	Group     netip.Addr // multicast
	Port      uint16     // UDP
	TTL       uint8
}

func (d Daemon) check() error {
	switch {
	case d.Role != Master && d.Role != Backup:
		return invalid("role is neither master nor backup")
	case !nameOK(d.Interface):
		return invalid("interface name must have 1 to 15 characters")
	case d.SyncID > 255:
		return invalid("sync id is over 255")
	case d.Group.IsValid() && !d.Group.IsMulticast():
		return invalid("group " + d.Group.String() + " is not multicast")
	case d.Group.IsValid():
		return checkAddr(d.Group)
	}
	return nil
}

// leastBackupLen is the smallest MaxLen of a backup daemon: the kernel raises
// a smaller one (start_sync_thread in net/netfilter/ipvs/ip_vs_sync.c).
const leastBackupLen = 1024

// Yields tells whether r, as Daemons shows it, is what the kernel runs when d
// is started, whatever it chose where d lets it choose.
func (d Daemon) Yields(r Daemon) bool {
	if d.MaxLen != 0 && d.Role == Backup {
		d.MaxLen = max(d.MaxLen, leastBackupLen)
	}
	d.MaxLen, d.Port, d.TTL = cmp.Or(d.MaxLen, r.MaxLen), cmp.Or(d.Port, r.Port), cmp.Or(d.TTL, r.TTL)
	if !d.Group.IsValid() {
		d.Group = r.Group
	}
	return d == r
}
