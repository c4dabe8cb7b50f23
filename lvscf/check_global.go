package lvscf

import (
	"fmt"
	"net/netip"
)

// none is the address that is not given.
var none netip.Addr

// The rows that checks name.
var (
	rowPrimary        = lookup(Global, "primary")
	rowPrimaryPrivate = lookup(Global, "primary_private")
	rowBackup         = lookup(Global, "backup")
	rowBackupPrivate  = lookup(Global, "backup_private")
	rowBackupActive   = lookup(Global, "backup_active")
	rowKeepalive      = lookup(Global, "keepalive")
	rowDeadtime       = lookup(Global, "deadtime")
	rowNATRouter      = lookup(Global, "nat_router")
	rowNATMask        = lookup(Global, "nat_nmask")
	rowService        = lookup(Global, "service")
)

// finishGlobal judges what stands outside blocks, taken together.
func (c *checker) finishGlobal() {
	c.routers()
	c.paths()
	c.times()
	c.fitness()
	c.sync()
	c.commands()
	c.natRouter()
	if c.cfg.SNATPool != nil {
		c.notePool(&c.global, rowPool, c.cfg.SNATPool)
	}
}

// unspecified reports whether h is 0.0.0.0 or ::.
func (h Host) unspecified() bool {
	a, ok := h.Addr()
	return ok && a.IsUnspecified()
}

func (c *checker) routers() {
	cfg := &c.cfg
	if !c.global.has(rowPrimary) {
		c.reportAt(Pos{1, 1}, Warning, "no-primary", "", "no primary: no router can tell which of the two it is", "write 'primary = ADDRESS'")
	}
	for _, h := range []struct {
		host *Host
		row  *Directive
	}{{&cfg.Primary, rowPrimary}, {&cfg.PrimaryPrivate, rowPrimaryPrivate}, {&cfg.BackupPrivate, rowBackupPrivate}} {
		if h.host.unspecified() {
			c.blame(&c.global, h.row, Pos{1, 1}, Error, "address", fmt.Sprintf("%s: %q is no address of a router", h.row.Name, *h.host), "write its address, or delete the line")
		}
	}
	if cfg.Backup.unspecified() {
		cfg.Backup = ""
	}
	_, backup, given := c.find(&c.global, rowBackup)
	switch {
	case cfg.BackupActive && cfg.Backup == "" && !(given && backup != "" && !Host(backup).unspecified()):
		c.blame(&c.global, rowBackupActive, Pos{1, 1}, Warning, "no-backup", "backup_active = 1 without a backup: there is none", "write 'backup = ADDRESS', or 'backup_active = 0'")
		cfg.BackupActive = false
	case cfg.Backup != "" && cfg.Backup == cfg.Primary:
		s := Warning
		if cfg.BackupActive {
			s = Error
		}
		c.blame(&c.global, rowBackup, Pos{1, 1}, s, "same-router", fmt.Sprintf("backup and primary are both %s", cfg.Backup), "write the other router's address")
	case cfg.BackupPrivate != "" && cfg.BackupPrivate == cfg.PrimaryPrivate:
		c.blame(&c.global, rowBackupPrivate, Pos{1, 1}, Warning, "same-router", fmt.Sprintf("backup_private and primary_private are both %s", cfg.BackupPrivate), "write the other router's address")
	}
	if !c.global.has(rowPrimaryPrivate) && cfg.BackupPrivate != "" {
		c.blame(&c.global, rowBackupPrivate, Pos{1, 1}, Warning, "private", "backup_private without primary_private counts for nothing", "write 'primary_private = ADDRESS' too")
		cfg.BackupPrivate = ""
	}
}

func (c *checker) times() {
	cfg := &c.cfg
	if cfg.Deadtime > cfg.Keepalive {
		c.patience()
		return
	}
	s := Warning // nobody listens
	if cfg.BackupActive {
		s = Error
	}
	row, what := rowDeadtime, ""
	if !c.global.has(rowDeadtime) {
		row, what = rowKeepalive, ", the default,"
	}
	c.blame(&c.global, row, Pos{1, 1}, s, "deadtime",
		fmt.Sprintf("deadtime %s%s is not above keepalive %s: a healthy partner would be taken for dead", seconds(cfg.Deadtime), what, seconds(cfg.Keepalive)),
		fmt.Sprintf("write 'deadtime = %s'", seconds(3*cfg.Keepalive)))
}

// patience warns of a deadtime that a few lost heartbeats use up. Piranha's
// defaults do so, and are not warned of.
func (c *checker) patience() {
	cfg := &c.cfg
	given := c.global.has(rowDeadtime) || c.global.has(rowKeepalive)
	if !given || c.global.bad(rowDeadtime) || c.global.bad(rowKeepalive) || !cfg.BackupActive || cfg.Deadtime >= 3*cfg.Keepalive {
		return
	}
	row, lost := rowDeadtime, "one lost heartbeat makes"
	if !c.global.has(rowDeadtime) {
		row = rowKeepalive
	}
	if cfg.Deadtime > 2*cfg.Keepalive {
		lost = "two lost heartbeats make"
	}
	c.blame(&c.global, row, Pos{1, 1}, Warning, "deadtime",
		fmt.Sprintf("deadtime %s is below three times keepalive %s: %s a healthy partner dead", seconds(cfg.Deadtime), seconds(cfg.Keepalive), lost),
		fmt.Sprintf("write 'deadtime = %s', or a shorter keepalive", seconds(3*cfg.Keepalive)))
}

func (c *checker) natRouter() {
	r := c.cfg.NATRouter
	a := none
	if r != nil && r.Addr.IsUnspecified() {
		c.blame(&c.global, rowNATRouter, Pos{1, 1}, Error, "address", fmt.Sprintf("nat_router: %q is no address of a host", r.Addr), "write the gateway of the real servers, or delete the line")
		return
	}
	if r != nil {
		a = r.Addr
	}
	bits := c.resolve(&c.global, rowNATMask, c.nat, a)
	if r == nil {
		return
	}
	r.Bits = bits
	c.notARouter(&c.global, rowNATRouter, Pos{1, 1}, r.Addr)
	if what := edge(r.Addr, bits); what != "" {
		c.blame(&c.global, rowNATRouter, Pos{1, 1}, Error, "network-address", fmt.Sprintf("nat_router %s is the %s address of %s", a, what, netip.PrefixFrom(a, bits).Masked()), "write the address of a host, or another nat_nmask")
	}
}

// resolve returns the bits of the netmask m, written for a, reporting one that
// is of the other family. a may not be known.
func (c *checker) resolve(s *seen, d *Directive, m mask, a netip.Addr) int {
	six := a.Is6()
	host := 32
	if six {
		host = 128
	}
	switch {
	case m.family == anyMask:
		return host
	case m.family == dottedMask && !six, m.family == countMask && six:
		return m.bits
	case six:
		c.blame(s, d, Pos{}, Error, "netmask", fmt.Sprintf("%s is for IPv4, and the address is %s", d.Name, a), fmt.Sprintf("write the number of bits: '%s = 64'", d.Name))
	case m.bits <= 32:
		_, text, _ := c.find(s, d)
		c.blame(s, d, Pos{}, Error, "netmask", fmt.Sprintf("%s: %s is no netmask", d.Name, quoted(text)), assign(d, dotted(m.bits)))
	default:
		c.blame(s, d, Pos{}, Error, "netmask", fmt.Sprintf("%s is for IPv6, and the address is not", d.Name), "write one like 255.255.255.0")
	}
	return host
}

// edge returns "network" or "broadcast" if a is that address of its network of
// bits bits, else "".
func edge(a netip.Addr, bits int) string {
	if !a.Is4() || bits > 30 {
		return ""
	}
	b := a.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	switch host := ^uint32(0) >> bits; n & host {
	case 0:
		return "network"
	case host:
		return "broadcast"
	}
	return ""
}
