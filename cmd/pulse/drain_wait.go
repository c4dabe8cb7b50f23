package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/control"
)

// lookEvery is how often a waiting drain looks: a snapshot of thousands of
// servers is work for pulse.
const lookEvery = time.Second

// A snapshotter is pulse, as one who waits for it needs it.
type snapshotter interface {
	Snapshot(ctx context.Context) (*control.Snapshot, error)
}

// awaitDrain returns nil when the drained server is out, and writes a line to w
// each time fewer or more connections are left. A pulse that restarts meanwhile
// is waited for. When ctx ends the drain goes on.
func awaitDrain(ctx context.Context, pulse snapshotter, server string, w io.Writer) error {
	said := ""
	say := func(line string) {
		if line != said {
			fmt.Fprintln(w, line)
			said = line
		}
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s, err := pulse.Snapshot(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("the waiting is over, the drain goes on: 'pulse undrain %s' ends it", server)
		case errors.Is(err, control.ErrNotRunning):
			say("pulse is not running: waiting for it")
		case err != nil:
			return err
		default:
			left := drained(s, server)
			if len(left) == 0 {
				return fmt.Errorf("%s is not drained any more", server)
			}
			line, out := progress(left)
			if out {
				say(server + " is out")
				return nil
			}
			say(line)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// A place is a real server in a service.
type place struct {
	service *control.Service
	server  *control.Server
}

// drained are the places where the server of that name is drained. A name that
// lvs.cf gives stands for its address, in all services.
func drained(s *control.Snapshot, name string) []place {
	virtual, server, within := strings.Cut(name, "/")
	if !within {
		virtual, server = "", name
	}
	var named netip.Addr
	match := func(rs *control.Server) bool {
		if a, err := netip.ParseAddr(server); err == nil {
			return rs.Address == a.Unmap()
		}
		if ap, err := netip.ParseAddrPort(server); err == nil {
			return rs.Address == ap.Addr().Unmap() && (rs.Port == ap.Port() || rs.Port == 0)
		}
		return rs.Address == named
	}
	of := func(visit func(*control.Service, *control.Server)) {
		for i := range s.Services {
			svc := &s.Services[i]
			if virtual != "" && !slices.Contains(strings.Split(svc.Name, ", "), virtual) {
				continue
			}
			for j := range svc.Servers {
				visit(svc, &svc.Servers[j])
			}
		}
	}
	of(func(_ *control.Service, rs *control.Server) {
		if !named.IsValid() && rs.Drain != nil && rs.Name == server {
			named = rs.Address
		}
	})
	var list []place
	of(func(svc *control.Service, rs *control.Server) {
		if rs.Drain != nil && match(rs) {
			list = append(list, place{svc, rs})
		}
	})
	return list
}

// progress tells how many connections hold the server where.
func progress(list []place) (line string, out bool) {
	var parts []string
	for _, p := range list {
		if !p.server.Drain.Out {
			parts = append(parts, fmt.Sprintf("%s left in %s", counted(int(connections(p.server)), "connection"), p.service.Name))
		}
	}
	return strings.Join(parts, ", "), len(parts) == 0
}

// connections are those of a server that have not ended.
func connections(rs *control.Server) uint64 { return uint64(rs.Active) + uint64(rs.Inactive) }
