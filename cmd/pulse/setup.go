package main

import (
	"context"
	"net/netip"
	"strings"

	"pacu/control"
	"pacu/director"
	"pacu/director/realserver"
	"pacu/lvscf"
)

// Setup tells what real servers of the lvs.cf in use must be set up with.
func (p *pulse) Setup(ctx context.Context, q control.SetupQuery) (*control.Setup, error) {
	resolve := func(h lvscf.Host, v6 bool) (netip.Addr, error) { return director.Resolve(ctx, h, v6) }
	found, err := realserver.Find(p.current().cfg, resolve, realserver.Search(q))
	if err != nil {
		return nil, err
	}
	s := &control.Setup{Servers: make([]control.ServerSetup, len(found.Servers)), Matched: found.Matched, All: found.All}
	for i := range found.Servers {
		s.Servers[i] = setupOf(&found.Servers[i])
	}
	return s, nil
}

func setupOf(rs *realserver.Server) control.ServerSetup {
	v := control.ServerSetup{Names: rs.Names, Address: rs.Addr, Router: rs.Router, Notes: rs.Notes}
	for _, u := range rs.Serves {
		v.Serves = append(v.Serves, control.ServerUse(u))
	}
	for _, st := range rs.Steps() {
		step := control.SetupStep{For: string(st.For), Addresses: st.Addrs, Why: st.Why}
		for _, words := range st.Commands {
			step.Commands = append(step.Commands, strings.Join(words, " "))
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}
