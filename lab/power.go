package lab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// port returns the cable in an interface.
func (h *Host) port(iface string) (*port, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, ok := h.ports[iface]
	if !ok {
		return nil, fmt.Errorf("%s: nothing is plugged into %s", h.name, iface)
	}
	return p, nil
}

// Cut takes an interface's link down at the switch: the host sees its carrier
// go.
func (h *Host) Cut(iface string) error {
	return h.onPort(iface, func(p *port) error { return p.carrier(false) })
}

// Mend undoes Cut.
func (h *Host) Mend(iface string) error {
	return h.onPort(iface, func(p *port) error { return p.carrier(true) })
}

// Mute makes the switch drop everything it gets from an interface and send it
// nothing: a broken network behind a link that looks well.
func (h *Host) Mute(iface string) error {
	return h.onPort(iface, func(p *port) error { return p.forward(false) })
}

// Unmute undoes Mute.
func (h *Host) Unmute(iface string) error {
	return h.onPort(iface, func(p *port) error { return p.forward(true) })
}

// Loss drops this share of the packets, in percent, each way. 0 ends it.
func (h *Host) Loss(iface string, percent float64) error {
	return h.shape(iface, func(p *port) { p.percent = percent })
}

// Delay holds each packet back for d, each way. 0 ends it.
func (h *Host) Delay(iface string, d time.Duration) error {
	return h.shape(iface, func(p *port) { p.delay = d })
}

func (h *Host) shape(iface string, change func(*port)) error {
	ns, err := h.namespace()
	if err != nil {
		return err
	}
	return h.onPort(iface, func(p *port) error {
		change(p)
		return p.shape(ns)
	})
}

func (h *Host) onPort(iface string, do func(*port) error) error {
	p, err := h.port(iface)
	if err != nil {
		return err
	}
	if err := do(p); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	return nil
}

// PowerOff ends a host as a loss of power does: its links go, then at once all
// its processes, so that nobody hears a goodbye. Its addresses, its tables and
// /run are gone; its Private folders stay.
func (h *Host) PowerOff() error { return h.off(true) }

// PowerOn starts a host after PowerOff: its set-up is replayed. Webs that ran
// run again; processes are for the caller to start.
func (h *Host) PowerOn() error {
	if h.On() {
		return fmt.Errorf("%s: host is on", h.name)
	}
	if err := h.bootUp(); err != nil {
		return err
	}
	h.mu.Lock()
	webs := h.webs
	h.mu.Unlock()
	for _, w := range webs {
		if err := w.resume(); err != nil {
			return err
		}
	}
	return nil
}

// off takes the links, the processes and the namespaces. Without suddenly, the
// links go last.
func (h *Host) off(suddenly bool) error {
	h.mu.Lock()
	ns, ports, webs := h.ns, h.ports, h.webs
	h.ns, h.ports = nil, map[string]*port{}
	procs := slices.Collect(maps.Keys(h.procs))
	h.mu.Unlock()
	if ns == nil {
		return nil
	}
	var errs []error
	if suddenly {
		errs = append(errs, ns.freeze())
		for _, p := range ports {
			errs = append(errs, p.carrier(false))
		}
	}
	for _, p := range procs {
		// One that was only just started may not be in the namespace yet, where
		// killAll would find it. It may have ended, too.
		_ = p.Signal(unix.SIGKILL)
	}
	errs = append(errs, ns.killAll())
	for _, w := range webs {
		errs = append(errs, w.suspend())
	}
	for _, p := range ports {
		errs = append(errs, p.unplug())
	}
	return errors.Join(append(errs, ns.close())...)
}
