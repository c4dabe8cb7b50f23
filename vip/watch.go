package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A Kind is the kind of a Change.
type Kind int

// The kinds of Change.
const (
	// Lost says that changes may have gone by unseen: read everything again.
	// It is the first Change of every watch, and comes again when the
	// kernel's queue overflowed.
	Lost Kind = iota
	// LinkChanged says that an interface came, went, or changed Up or Carrier.
	LinkChanged
	// AddressChanged says that an address was added, changed or removed.
	AddressChanged
)

// A Change is something that happened to a link or an address, whoever did it.
type Change struct {
	Kind Kind
	Name string // of the interface; empty for Lost
	Gone bool   // the interface, or the address, is there no more

	Up, Carrier bool         // of a link
	Prefix      netip.Prefix // of an address
}

// String describes the change for a log: "link eth0 down".
func (c Change) String() string {
	switch {
	case c.Kind == Lost:
		return "links and addresses unknown"
	case c.Kind == AddressChanged && c.Gone:
		return fmt.Sprintf("address %s removed from %s", c.Prefix, c.Name)
	case c.Kind == AddressChanged:
		return fmt.Sprintf("address %s on %s", c.Prefix, c.Name)
	case c.Gone:
		return "link " + c.Name + " gone"
	case !c.Up:
		return "link " + c.Name + " switched off"
	case !c.Carrier:
		return "link " + c.Name + " down"
	}
	return "link " + c.Name + " up"
}

// watchBuffer is the room for changes not yet read: a thousand addresses that
// come at once need about half of it.
const watchBuffer = 1 << 20

// Watch calls changed for every change of links and addresses in the calling
// thread's network namespace until ctx ends, then returns ctx's error. The
// first call has Kind Lost and comes when the watch is in place, so that what
// is read in answer to it misses nothing.
func Watch(ctx context.Context, changed func(Change)) error {
	names, err := Dial()
	if err != nil {
		return err
	}
	defer names.Close()
	events, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return fmt.Errorf("watch links: %w", err)
	}
	defer events.Close()
	if err := events.SetReadBuffer(watchBuffer); err != nil {
		return fmt.Errorf("watch links: %w", err)
	}
	for _, group := range []uint32{unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR} {
		if err := events.JoinGroup(group); err != nil {
			return fmt.Errorf("watch links: %w", err)
		}
	}
	// A deadline in the past wakes the reader.
	stop := context.AfterFunc(ctx, func() { _ = events.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()

	w := watcher{changed: changed}
	if w.links, err = names.links(); err != nil {
		return err
	}
	changed(Change{Kind: Lost})
	for {
		msgs, err := events.Receive()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, unix.ENOBUFS):
			if w.links, err = names.links(); err != nil {
				return err
			}
			changed(Change{Kind: Lost})
			continue
		case err != nil:
			return fmt.Errorf("watch links: %w", err)
		}
		for _, m := range msgs {
			if err := w.take(m); err != nil {
				return fmt.Errorf("watch links: %w", err)
			}
		}
	}
}

// A watcher turns messages into changes.
type watcher struct {
	links   map[int]Link // as last told
	changed func(Change)
}

func (w *watcher) take(m netlink.Message) error {
	gone := m.Header.Type == unix.RTM_DELLINK || m.Header.Type == unix.RTM_DELADDR
	switch m.Header.Type {
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		// A bridge tells of its ports in the same words; there DELLINK is a
		// port that left the bridge.
		if len(m.Data) > 0 && m.Data[0] == unix.AF_BRIDGE {
			return nil
		}
		l, err := decodeLink(m.Data)
		if err != nil {
			return err
		}
		was, known := w.links[l.Index]
		if gone {
			delete(w.links, l.Index)
		} else {
			w.links[l.Index] = l
		}
		// The kernel also tells of changes that matter to nobody here.
		if known && !gone && was.Name == l.Name && was.Up == l.Up && was.Carrier == l.Carrier {
			return nil
		}
		w.changed(Change{Kind: LinkChanged, Name: l.Name, Gone: gone, Up: l.Up, Carrier: l.Carrier})
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		e, err := decodeAddress(m.Data)
		if err != nil {
			return err
		}
		w.changed(Change{Kind: AddressChanged, Name: w.links[int(e.index)].Name, Gone: gone, Prefix: e.Prefix})
	}
	return nil
}
