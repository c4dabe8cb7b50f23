package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Cluster is a network of hosts and switches. Its methods may be used by
// several goroutines.
type Cluster struct {
	// OnLine, when set before the first Start, is told every line that the
	// cluster's processes print, as they print it, until Close returns.
	OnLine func(Line)

	name string
	dir  string // what hosts keep on disk

	mu       sync.Mutex
	err      error
	hosts    []*Host
	switches []*Switch
	closers  []func() error
	ports    int

	telling sync.RWMutex
	told    bool // all: who logs for a test that is over ends all tests
}

// New returns an empty cluster. The name is for messages.
func New(name string) *Cluster {
	n := &Cluster{name: name}
	dir, err := os.MkdirTemp("", "lab-")
	n.dir = dir
	n.note(err)
	return n
}

// Err returns the first error of the set-up.
func (n *Cluster) Err() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}

// note keeps the first error of the set-up.
func (n *Cluster) note(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err == nil && err != nil {
		n.err = fmt.Errorf("lab %s: %w", n.name, err)
	}
}

// Switch adds a switch.
func (n *Cluster) Switch(name string) *Switch {
	s := &Switch{n: n, name: name}
	n.mu.Lock()
	n.switches = append(n.switches, s)
	n.mu.Unlock()
	if n.Err() == nil {
		n.note(s.up())
	}
	return s
}

// Host adds a host.
func (n *Cluster) Host(name string) *Host {
	h := &Host{n: n, name: name, dir: filepath.Join(n.dir, name), ports: map[string]*port{}, procs: map[*Process]bool{}}
	n.mu.Lock()
	n.hosts = append(n.hosts, h)
	n.mu.Unlock()
	if n.Err() == nil {
		n.note(h.bootUp())
	}
	return h
}

// Hosts returns the hosts in the order in which they were added.
func (n *Cluster) Hosts() []*Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]*Host(nil), n.hosts...)
}

// onClose has fn called by Close, last come first.
func (n *Cluster) onClose(fn func() error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closers = append(n.closers, fn)
}

// nextPort numbers the cables: an interface's name holds 15 bytes, too few for
// the names of both its ends.
func (n *Cluster) nextPort() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ports++
	return fmt.Sprintf("port%d", n.ports)
}

// tell passes a line on.
func (n *Cluster) tell(l Line) {
	n.telling.RLock()
	defer n.telling.RUnlock()
	if n.OnLine != nil && !n.told {
		n.OnLine(l)
	}
}

// Close ends everything in the cluster and takes it down: processes it did not
// start are left alone, unless they run in one of its namespaces.
func (n *Cluster) Close() error {
	n.mu.Lock()
	closers, hosts, switches := n.closers, n.hosts, n.switches
	n.closers, n.hosts, n.switches = nil, nil, nil
	n.mu.Unlock()
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i]())
	}
	for _, h := range hosts {
		errs = append(errs, h.down())
	}
	for _, s := range switches {
		if s.ns != nil {
			errs = append(errs, s.ns.close())
		}
	}
	if n.dir != "" {
		errs = append(errs, os.RemoveAll(n.dir))
	}
	n.telling.Lock()
	defer n.telling.Unlock()
	n.told = true
	return errors.Join(errs...)
}
