package web

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
	"strings"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/templates"
)

// A watcher puts pulse's answer and lvs.cf on disk together. It is used by
// one goroutine at a time.
type watcher struct {
	path, host string

	stat fs.FileInfo // of what follows; nil before the first reading
	err  error
	hash string
	conf *lvscf.Config   // nil when the file has errors
	off  map[string]bool // names of the virtuals that it switches off

	wanted *control.Snapshot // of conf; nil until it is asked for
}

// look reads lvs.cf again if it is another than before.
func (w *watcher) look() {
	stat, err := os.Stat(w.path)
	if err == nil && w.err == nil && w.stat != nil && os.SameFile(stat, w.stat) &&
		stat.Size() == w.stat.Size() && stat.ModTime().Equal(w.stat.ModTime()) {
		return
	}
	w.stat, w.hash, w.conf, w.off, w.wanted = stat, "", nil, nil, nil
	b, err := readConfig(w.path) // its error says more than that of stat
	if w.err = err; err != nil {
		return
	}
	w.hash = hash(b)
	w.conf, _ = lvscf.Read(filepath.Base(w.path), b)
	if w.conf == nil {
		return
	}
	w.off = map[string]bool{}
	for _, v := range w.conf.Virtuals {
		if !v.Active {
			w.off[v.Name] = true
		}
	}
}

// monitor is the monitoring page's moment, of snap or of the error instead.
func (w *watcher) monitor(snap *control.Snapshot, err error) *templates.Monitor {
	w.look()
	m := &templates.Monitor{Known: err == nil, Snapshot: snap, Taken: time.Now(), Off: w.off}
	if w.err != nil {
		m.File.Unreadable = w.err.Error()
	} else if w.conf == nil {
		m.File.Broken = true
	}
	if err != nil {
		m.Down = reason(err)
		m.Snapshot = w.want()
	} else {
		s := *snap // pulse's own is not changed
		m.Snapshot = &s
		m.File.Changed = w.conf != nil && s.Config.SHA256 != "" && s.Config.SHA256 != w.hash && s.Config.Refused == ""
		if len(w.off) > 0 && !fos(w.conf) && s.Config.SHA256 == w.hash {
			s.Services = append(append([]control.Service(nil), s.Services...), switchedOff(w.conf, s.Services)...)
		}
	}
	return m
}

// want is what lvs.cf wants.
func (w *watcher) want() *control.Snapshot {
	if w.wanted == nil {
		w.wanted = wanted(w.conf, w.host)
	}
	return w.wanted
}

// reason is why pulse does not answer, without what the page says anyway.
func reason(err error) string {
	if errors.Is(err, control.ErrNotRunning) {
		return strings.TrimPrefix(err.Error(), control.ErrNotRunning.Error()+": ")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v", lookLimit)
	}
	return err.Error()
}

// wanted is what conf wants, as a snapshot that knows nothing else. Conf may
// be nil.
func wanted(conf *lvscf.Config, host string) *control.Snapshot {
	s := &control.Snapshot{Hostname: host, Router: control.Router{State: control.Unknown}}
	if conf == nil {
		return s
	}
	s.Config.SerialNo = conf.SerialNo
	if conf.BackupActive {
		s.Partner = &control.Partner{State: control.Unknown}
	}
	known := map[netip.Addr]int{} // places in s.Addresses
	add := func(f lvscf.Floating, use string) {
		if !f.Addr.IsValid() {
			return
		}
		prefix := netip.PrefixFrom(f.Addr, f.Bits)
		if i, ok := known[f.Addr]; ok {
			s.Addresses[i].For = append(s.Addresses[i].For, use)
			return
		}
		known[f.Addr] = len(s.Addresses)
		s.Addresses = append(s.Addresses, control.Address{Prefix: prefix, Device: f.Device, For: []string{use}})
	}
	if conf.NATRouter != nil {
		add(*conf.NATRouter, "nat_router")
	}
	if fos(conf) {
		for _, f := range conf.Failovers {
			if f.Active {
				add(f.VIP, f.Name)
				s.Failovers = append(s.Failovers, control.Failover{Name: f.Name, Address: f.VIP.Addr, Port: f.Port})
			}
		}
		return s
	}
	for _, v := range conf.Virtuals {
		if v.Active {
			add(v.VIP, v.Name)
		}
		s.Services = append(s.Services, service(conf, v))
	}
	return s
}

// fos reports whether the routers serve themselves, without virtual servers.
func fos(conf *lvscf.Config) bool { return conf.Service == "fos" }

// switchedOff are conf's services that are switched off and not among have.
func switchedOff(conf *lvscf.Config, have []control.Service) []control.Service {
	seen := make(map[string]bool, len(have))
	for _, s := range have {
		seen[s.Key()] = true
	}
	var out []control.Service
	for _, v := range conf.Virtuals {
		if v.Active {
			continue
		}
		if s := service(conf, v); !seen[s.Key()] {
			out = append(out, s)
		}
	}
	return out
}

func service(conf *lvscf.Config, v lvscf.Virtual) control.Service {
	s := control.Service{
		Name: v.Name, Protocol: v.Protocol, Address: v.VIP.Addr, Port: v.Port, FWMark: v.FWMark,
		Scheduler: v.Scheduler, Persistent: control.Duration(v.Persistent), Forward: string(conf.Network),
	}
	for _, r := range v.Servers {
		one := control.Server{Name: r.Name, Port: r.Port, Weight: r.Weight}
		if a, ok := r.Address.Addr(); ok {
			one.Address = a
		} else {
			one.Why = string(r.Address) // a name that only a daemon looks up
		}
		if !v.Active || !r.Active {
			one.Health = control.Inactive
		}
		s.Servers = append(s.Servers, one)
	}
	return s
}

// readConfig reads lvs.cf, up to what the console can edit.
func readConfig(path string) ([]byte, error) { return lvscf.ReadFile(path, maxConfig) }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
