package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Host is one machine of a cluster.
type Host struct {
	n    *Cluster
	name string
	dir  string // its folders on disk

	mu    sync.Mutex
	ns    *namespace // nil while it is off
	ports map[string]*port
	procs map[*Process]bool // that run
	steps []func() error    // the set-up, for the next boot
	webs  []*Web
	made  []string // mount points that were not there before
}

// Name is the name it was given, and its host name.
func (h *Host) Name() string { return h.name }

// setup runs a step of the set-up now and at every later boot.
func (h *Host) setup(step func() error) {
	if h.n.Err() != nil {
		return
	}
	if err := step(); err != nil {
		h.n.note(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps = append(h.steps, step)
}

// Plug lays a cable from interface iface to the switch and gives the interface
// the addresses, each with its prefix length.
func (h *Host) Plug(s *Switch, iface string, addresses ...string) {
	p := &port{s: s, name: h.n.nextPort(), iface: iface}
	h.setup(func() error {
		ns, err := h.namespace()
		if err != nil {
			return err
		}
		h.mu.Lock()
		h.ports[iface] = p
		h.mu.Unlock()
		if err := p.plug(ns); err != nil {
			return fmt.Errorf("%s: plug %s into %s: %w", h.name, iface, s.name, err)
		}
		return nil
	})
	for _, a := range addresses {
		h.Address(iface, a)
	}
}

// Address gives an interface an address with its prefix length.
func (h *Host) Address(iface, address string) {
	args := []string{"addr", "add", address, "dev", iface}
	if p, err := netip.ParsePrefix(address); err == nil && p.Addr().Is6() {
		// Nobody else has it, and a scenario need not wait to find out.
		args = append(args, "nodad")
	}
	h.setup(func() error { return h.ip(args...) })
}

// Route sets a route: a destination or "default", and the gateway's address.
func (h *Host) Route(to, via string) {
	args := []string{"route", "replace", to, "via", via}
	if strings.Contains(via, ":") {
		args = append([]string{"-6"}, args...)
	}
	h.setup(func() error { return h.ip(args...) })
}

// Sysctl sets a kernel parameter of the host's network, named with dots.
func (h *Host) Sysctl(name, value string) {
	path := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
	h.setup(func() error {
		return h.Do(func() error {
			if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
			return nil
		})
	})
}

// Setup runs a command now and at every later boot.
func (h *Host) Setup(name string, args ...string) {
	h.setup(func() error { return h.Run(name, args...) })
}

// Private gives the host folders of its own at the paths. They start empty and
// outlive a loss of power.
func (h *Host) Private(paths ...string) {
	for _, p := range paths {
		h.setup(func() error { return h.bind(p) })
	}
}

// bind mounts the host's own folder for path over path.
func (h *Host) bind(path string) error {
	if err := os.MkdirAll(h.Path(path), 0o755); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	// A mount point has to be there; Close removes what was made for it.
	var missing []string
	for p := path; ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); err == nil {
			break
		}
		missing = append(missing, p)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	h.mu.Lock()
	h.made = append(missing, h.made...)
	h.mu.Unlock()
	return h.Run("mount", "--bind", h.Path(path), path)
}

// Path tells where a file below one of the host's own folders is for everybody
// else: "/run/pulse/control.sock" is there a socket one can dial.
func (h *Host) Path(inside string) string { return filepath.Join(h.dir, inside) }

// WriteFile writes a file below one of the host's own folders, and the folders
// it needs.
func (h *Host) WriteFile(inside string, data []byte, perm os.FileMode) error {
	p := h.Path(inside)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return err
	}
	return os.WriteFile(p, data, perm)
}

// errOff is what a host without power answers.
var errOff = errors.New("host is off")

func (h *Host) namespace() (*namespace, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ns == nil {
		return nil, fmt.Errorf("%s: %w", h.name, errOff)
	}
	return h.ns, nil
}

// On tells whether the host has power.
func (h *Host) On() bool {
	_, err := h.namespace()
	return err == nil
}

// bootUp makes the host's namespaces and replays its set-up.
func (h *Host) bootUp() error {
	ns, err := newNamespace(h.name, true)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.ns = ns
	steps := h.steps
	h.mu.Unlock()
	if err := os.RemoveAll(h.Path("/run")); err != nil {
		return err
	}
	for _, step := range append([]func() error{func() error { return h.bind("/run") }}, steps...) {
		if err := step(); err != nil {
			return fmt.Errorf("boot: %w", err)
		}
	}
	return nil
}

// Do runs fn on a thread in the host's network namespace: sockets that fn itself
// opens are the host's for good, goroutines that it starts are elsewhere. Files
// are those of this process; see Path.
func (h *Host) Do(fn func() error) error {
	ns, err := h.namespace()
	if err != nil {
		return err
	}
	return ns.do(fn)
}

// DialContext connects from the host. The address must be numeric. Its form
// fits http.Transport.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return h.DialFrom(ctx, netip.Addr{}, network, address)
}

// DialFrom connects from one of the host's TCP addresses; the zero Addr leaves
// the choice to the kernel.
func (h *Host) DialFrom(ctx context.Context, from netip.Addr, network, address string) (conn net.Conn, err error) {
	var d net.Dialer
	if from.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	err = h.Do(func() (err error) {
		conn, err = d.DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Listen listens in the host. The address must be numeric.
func (h *Host) Listen(network, address string) (l net.Listener, err error) {
	var c net.ListenConfig
	err = h.Do(func() (err error) {
		l, err = c.Listen(context.Background(), network, address)
		return err
	})
	return l, err
}

// NetNS calls fn with a file descriptor of the host's network namespace, for
// libraries that take one (netlink.Config's NetNS). It is not for keeping.
func (h *Host) NetNS(fn func(fd int) error) error {
	ns, err := h.namespace()
	if err != nil {
		return err
	}
	return fn(int(ns.net.Fd()))
}

// down ends the host for good.
func (h *Host) down() error {
	err := h.off(false)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.made {
		// Others may have put something there since, or have removed it.
		_ = unix.Rmdir(p)
	}
	return err
}
