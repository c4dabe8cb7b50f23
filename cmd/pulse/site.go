package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pacu/director"
	"pacu/heartbeat"
	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// maxConfig bounds what is read as lvs.cf; 400,000 real servers fit.
const maxConfig = 256 << 20

// A site is what an lvs.cf means on this very router: which of the two it is,
// over which paths it hears the other, which links it depends on.
type site struct {
	cfg      *lvscf.Config
	cluster  *director.Cluster
	warnings lvscf.Problems
	sha256   func() string       // of the file's text, in hex
	services map[string]ipvs.Key // by the words of control
	twins    map[ipvs.Key]bool   // services that have a twin on UDP

	role    heartbeat.Role
	self    netip.Addr
	partner netip.Addr // invalid without a backup router
	paths   []pathSpec
	links   []string        // interfaces that hold this router's own addresses
	keys    []heartbeat.Key // of heartbeats, the newest first; none: they are Piranha's
}

type pathSpec struct {
	name          string
	local, remote netip.AddrPort
}

// errBackupInactive ends a backup router whose file says there is none.
var errBackupInactive = errors.New("we are backup node and backup is marked inactive -- exiting pulse")

// A machine is what a site is held against. *vip.Conn is this one.
type machine interface {
	Addresses() ([]vip.Held, error)
	Link(name string) (vip.Link, error)
}

// readSite reads and checks the file and finds this router in it.
//
// running is the site in use, nil at the start: a device that is gone since is
// no reason to refuse a change elsewhere.
func readSite(ctx context.Context, path string, m machine, running *site) (*site, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return newSite(ctx, path, text, m, running, nil)
}

// A fileReader reads the file again, and knows what it last made of it: which
// may be refused yet, and never run.
type fileReader struct {
	lvscf.Reader
	last *lvscf.Config
}

// newSite is readSite with the text of the file, and with what read the
// running site's, so that only what changed is read; nil reads all.
func newSite(ctx context.Context, path string, text []byte, m machine, running *site, reader *fileReader) (*site, error) {
	if reader == nil {
		reader = new(fileReader)
	}
	before := reader.last
	cfg, problems, changed, partial := reader.Read(path, text)
	if cfg == nil {
		return nil, problems.Err()
	}
	reader.last = cfg
	held, err := m.Addresses()
	if err != nil {
		return nil, err
	}
	s := &site{cfg: cfg, warnings: problems.Warnings()}
	s.sha256 = sync.OnceValue(func() string {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	})
	services, block := cfg.Virtuals, "virtual"
	if s.fos() {
		services, block = cfg.Failovers, "failover"
	}
	if !slices.ContainsFunc(services, func(v lvscf.Virtual) bool { return v.Active }) {
		return nil, fmt.Errorf("no active %s services defined in %s: set active = 1 in a %s block", cfg.Service, path, block)
	}
	if err := s.findSelf(ctx, held); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.partner.IsValid() {
		keys, err := heartbeat.ReadKeys(keyFile(path))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		s.keys = keys
	}
	if partial && running != nil && running.cfg == before {
		s.cluster, err = running.cluster.Alter(ctx, cfg, changed, nil)
	}
	if s.cluster == nil && err == nil {
		s.cluster, err = director.NewCluster(ctx, cfg, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	own := make([]netip.Addr, 0, len(held))
	for _, h := range held {
		if !h.Ours {
			own = append(own, h.Prefix.Addr())
		}
	}
	s.cluster.SetLocal(own)
	s.cluster.SetWays(func(server netip.Addr, six bool) director.Way { return wayTo(server, six, held, sourceTo) })
	if err := s.fits(m, held, running); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, altered := s.cluster.Altered(); altered {
		s.services, s.twins = running.services, running.twins
		return s, nil
	}
	s.services = make(map[string]ipvs.Key, len(s.cluster.Services))
	s.twins = make(map[ipvs.Key]bool)
	for _, svc := range s.cluster.Services {
		s.services[serviceWords(svc)] = svc.Key
		if svc.JudgedBy != svc.Key {
			s.twins[svc.JudgedBy] = true
		}
	}
	return s, nil
}

// keyFile is where the keys of heartbeats lie, beside lvs.cf.
func keyFile(config string) string { return filepath.Join(filepath.Dir(config), "lvs.key") }

// fos tells whether services run on the routers themselves.
func (s *site) fos() bool { return s.cfg.Service == "fos" }

// fits checks that the floating addresses have a place on this machine.
func (s *site) fits(m machine, held []vip.Held, running *site) error {
	var errs []error
	if _, altered := s.cluster.Altered(); altered {
		return nil
	}
	for _, f := range s.cluster.Addresses {
		if running != nil && slices.ContainsFunc(running.cluster.Addresses, func(r director.Floating) bool { return r.Address == f.Address }) {
			continue // if it has no place any more, that is told as degraded
		}
		what := strings.Join(f.For, ", ")
		if _, err := m.Link(f.Interface); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
		if on, ok := interfaceOf(held, f.Prefix.Addr()); ok && on != f.Interface {
			errs = append(errs, fmt.Errorf("%s: address %s is already on %s: remove it there, or write that device", what, f.Prefix.Addr(), on))
		}
	}
	return errors.Join(errs...)
}

func readFile(path string) ([]byte, error) {
	text, err := lvscf.ReadTrusted(path, maxConfig)
	var open *fs.PathError
	if errors.As(err, &open) {
		return nil, fmt.Errorf("failed to open %s: %w", path, open.Err)
	}
	return text, err
}

// findSelf decides the role as Piranha does: primary where one of this
// machine's addresses is lvs.cf's primary, else backup.
func (s *site) findSelf(ctx context.Context, held []vip.Held) error {
	cfg := s.cfg
	hosts := make(map[lvscf.Host]netip.Addr)
	named := []lvscf.Host{cfg.Primary, cfg.PrimaryPrivate, cfg.Backup, cfg.BackupPrivate}
	for _, more := range cfg.HeartbeatPaths {
		named = append(named, more.Primary, more.Backup)
	}
	for _, h := range named {
		if h == "" {
			continue
		}
		addr, err := director.Resolve(ctx, h, false)
		if err != nil {
			return err
		}
		hosts[h] = addr
	}
	primary, backup := hosts[cfg.Primary], hosts[cfg.Backup]
	if !primary.IsValid() {
		return errors.New("primary is missing: write primary = ADDRESS, the primary router's public address")
	}
	pair := cfg.BackupActive && backup.IsValid()

	own, other := cfg.Primary, cfg.Backup
	ownPrivate, otherPrivate := cfg.PrimaryPrivate, cfg.BackupPrivate
	if _, ok := interfaceOf(held, primary); ok {
		s.role = heartbeat.Primary
	} else {
		if !pair {
			return errBackupInactive
		}
		if _, ok := interfaceOf(held, backup); !ok {
			return fmt.Errorf("neither primary %s nor backup %s is an address of this machine (it has %s)", primary, backup, list(held))
		}
		s.role = heartbeat.Backup
		own, other, ownPrivate, otherPrivate = other, own, otherPrivate, ownPrivate
	}
	s.self = hosts[own]
	if pair {
		s.partner = hosts[other]
		s.paths = append(s.paths, pathSpec{"public", s.at(hosts[own]), s.at(hosts[other])})
		if a, b := hosts[ownPrivate], hosts[otherPrivate]; a.IsValid() && b.IsValid() && a != s.self {
			s.paths = append(s.paths, pathSpec{"private", s.at(a), s.at(b)})
		}
		for _, more := range cfg.HeartbeatPaths {
			a, b := hosts[more.Primary], hosts[more.Backup]
			if s.role == heartbeat.Backup {
				a, b = b, a
			}
			if _, ok := interfaceOf(held, a); !ok {
				return fmt.Errorf("heartbeat_path %s %s: this router's end %s is on none of its interfaces (it has %s)", more.Primary, more.Backup, a, list(held))
			}
			s.paths = append(s.paths, pathSpec{strconv.Itoa(len(s.paths) + 1), s.at(a), s.at(b)})
		}
		if len(s.paths) > heartbeat.MaxPaths {
			return fmt.Errorf("%d heartbeat paths, at most %d: take some heartbeat_path lines out", len(s.paths), heartbeat.MaxPaths)
		}
	}
	for _, h := range []lvscf.Host{own, ownPrivate} {
		addr, ok := hosts[h]
		if !ok {
			continue
		}
		name, ok := interfaceOf(held, addr)
		if !ok {
			return fmt.Errorf("this router's own address %s is on none of its interfaces (it has %s)", addr, list(held))
		}
		if !slices.Contains(s.links, name) {
			s.links = append(s.links, name)
		}
	}
	return nil
}

func (s *site) at(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, s.cfg.HeartbeatPort) }

// watchesLinks reports whether losing a link makes this router give up. As in
// Piranha a router without a partner serves on: better half up than down.
func (s *site) watchesLinks() bool { return s.cfg.MonitorLinks && s.partner.IsValid() }

func (s *site) heartbeat(f first) heartbeat.Settings {
	return heartbeat.Settings{
		Role: s.role, Keepalive: s.cfg.Keepalive, Deadtime: s.cfg.Deadtime,
		Partner: s.partner.IsValid(), Paths: len(s.paths), ForceActive: f.force, Resume: f.resume,
		NoPrivate: len(s.paths) > 1 && s.paths[1].name != "private",
		Fos:       s.fos(), Keyed: len(s.keys) > 0, Preempt: s.cfg.Preempt, PreemptDelay: s.cfg.PreemptDelay,
		SyncGate: s.cfg.SyncDaemon, Serial: uint32(s.cfg.SerialNo), Hash: s.hash(), Release: version, Held: f.held,
	}
}

// hash is what heartbeats say of the file's text.
func (s *site) hash() (h [8]byte) {
	sum, err := hex.DecodeString(s.sha256())
	if err == nil {
		copy(h[:], sum)
	}
	return h
}

// unserved are the words of the file that are read, kept and not carried out;
// an operator must not find that out at night.
func (s *site) unserved() []string {
	if s.cluster.ThroughAsleep() {
		return []string{"lvs.cf: check_through_vip has no effect: with syncdaemon = 1 and a real server on a router, the standby's IPVS does nothing; real servers are asked at their own addresses"}
	}
	return nil
}

func interfaceOf(held []vip.Held, a netip.Addr) (string, bool) {
	for _, h := range held {
		if a.IsValid() && h.Prefix.Addr() == a {
			return h.Interface, true
		}
	}
	return "", false
}

func list(held []vip.Held) string {
	var words []string
	for _, h := range held {
		if !h.Prefix.Addr().IsLoopback() && !h.Prefix.Addr().IsLinkLocalUnicast() {
			words = append(words, h.Prefix.Addr().String()+" on "+h.Interface)
		}
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, ", ")
}
