package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"pacu/control"
)

const (
	// faultFresh is how long what was seen of an interface is good, or that
	// there is no route: the probes of all servers behind a dead link fail at
	// the same time.
	faultFresh = 100 * time.Millisecond
	// routeFresh is how long the interface toward a server is taken to be the
	// same, while nothing is wrong with it: a route may be moved to another.
	routeFresh = time.Minute
)

// A path is how the packets of a subject's probes leave this router. Its zero
// value is that of probes without packets.
type path struct {
	to, from netip.Addr // from invalid: the kernel chooses
	mark     uint32
}

// pathOf is the path of a watch's first check that has one.
func pathOf(server netip.Addr, w control.Watch) path {
	for _, c := range w.Checks {
		switch c.Kind {
		case "file", "off":
			continue
		}
		p := path{to: c.Address, from: c.Source, mark: c.Mark}
		if throughVIP(w, c) {
			return path{to: server, from: c.Source} // IPVS sends it there
		}
		if !p.to.IsValid() {
			p.to = server
		}
		return p
	}
	return path{}
}

// A router is this machine's network, as links need it.
type router interface {
	// toward is the name of the interface that a path's packets take.
	toward(p path) (string, error)
	// fault is what is wrong with an interface, "is down" or "has no carrier";
	// "" is nothing, as of an interface that is gone: that is no outage, but
	// how somebody wants it.
	fault(iface string) (string, error)
}

// links tells failures of servers from those of this router's interfaces.
type links struct {
	router router
	log    *slog.Logger
	now    func() time.Duration

	mu   sync.Mutex
	seen map[string]sighting // by interface
	told map[string]string   // faults that are in the log, by interface
}

// A sighting is what was seen of an interface, and when.
type sighting struct {
	at    time.Duration
	fault string
}

func newLinks(r router, log *slog.Logger, now func() time.Duration) *links {
	return &links{router: r, log: log, now: now, seen: make(map[string]sighting), told: make(map[string]string)}
}

// fault is what is wrong with an interface, at most faultFresh ago: nothing
// with none. A fault that is in the log and gone is told to be over, even where
// nobody is left who blamed it.
func (l *links) fault(iface string) string {
	if iface == "" {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.seen[iface]; ok && l.now()-s.at < faultFresh {
		return s.fault
	}
	fault, err := l.router.fault(iface)
	if err != nil {
		fault = "" // what cannot be seen is no excuse
	}
	l.seen[iface] = sighting{at: l.now(), fault: fault}
	if fault == "" && l.told[iface] != "" {
		l.log.Info(fmt.Sprintf("%s is well again on this router: the servers behind it are judged again", iface))
		delete(l.told, iface)
	}
	return fault
}

// passed is told that a probe was good by way of an interface: one whose fault
// is in the log is looked at.
func (l *links) passed(iface string) {
	l.mu.Lock()
	told := l.told[iface] != ""
	l.mu.Unlock()
	if told {
		l.fault(iface)
	}
}

// tell logs a fault of an interface, once.
func (l *links) tell(iface, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told[iface] != fault {
		l.log.Warn(fmt.Sprintf("%s %s on this router: the servers behind it keep their state", iface, fault))
		l.told[iface] = fault
	}
}

// A trail is the way to one server, followed from probe to probe. An interface
// that is down has no routes: that it was the way is known only from before.
// While it is down it is blamed, until a probe is good all the same.
type trail struct {
	path  path
	iface string // "": not known
	found time.Duration
	lost  string // the interface that is blamed at present
}

// follow takes a probe's outcome, and says what is wrong on this router when
// the probe failed for that: "eth1 is down on this router: no probe reaches
// 10.2.0.11". "" blames the server.
func (t *trail) follow(l *links, p path, up bool, now time.Duration) (fault string) {
	if p != t.path {
		*t = trail{path: p, found: -routeFresh, lost: t.lost}
	}
	if up {
		l.passed(t.lost)
		t.lost = ""
		t.renew(l, now)
		l.passed(t.iface)
		return ""
	}
	if fault = l.fault(t.iface); fault == "" {
		t.renew(l, now)
		fault = l.fault(t.iface)
	}
	switch {
	case fault == "" && t.lost != "":
		// The probe began while that interface was away.
		iface := t.lost
		l.passed(iface)
		t.lost = ""
		return fmt.Sprintf("%s has only just come back on this router: the probe of %s began before", iface, p.to)
	case fault == "":
		return ""
	}
	t.lost = t.iface
	l.tell(t.iface, fault)
	return fmt.Sprintf("%s %s on this router: no probe reaches %s", t.iface, fault, p.to)
}

// renew asks for the route when it is time.
func (t *trail) renew(l *links, now time.Duration) {
	fresh := routeFresh
	if t.iface == "" {
		fresh = faultFresh
	}
	if t.path.to.IsValid() && now-t.found >= fresh {
		t.iface, _ = l.router.toward(t.path) // without a route there is nothing to blame
		t.found = now
	}
}
