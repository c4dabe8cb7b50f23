package main

import (
	"context"
	"slices"

	"pacu/control"
	"pacu/director"
	"pacu/firewall"
	"pacu/ipvs"
	"pacu/vip"
)

// Plan tells what a reload of text would change in the kernel; of the file on
// disk, where text is nil.
func (p *pulse) Plan(ctx context.Context, text []byte) (*control.Plan, error) {
	var s *site
	var err error
	if text == nil {
		s, err = readSite(ctx, p.o.config, p.addresses, p.current())
	} else {
		s, err = newSite(ctx, p.o.config, text, p.addresses, p.current(), nil)
	}
	if err != nil {
		return nil, err
	}
	return plan(s, p.director, p.view)
}

// planOffline tells what a starting pulse would change for the file at path,
// as a standby: it takes addresses only when its role is known.
func planOffline(path string) (*control.Plan, error) {
	addresses, err := vip.Dial()
	if err != nil {
		return nil, err
	}
	defer addresses.Close()
	s, err := readSite(context.Background(), path, addresses, nil)
	if err != nil {
		return nil, err
	}
	table, err := ipvs.Dial()
	if err != nil {
		return nil, err
	}
	defer table.Close()
	rules, err := firewall.Dial()
	if err != nil {
		return nil, err
	}
	defer rules.Close()
	d := director.New(table, addresses, rules, sysctls{})
	d.Configure(s.cluster)
	if err := d.Resume(director.State{}); err != nil {
		return nil, err
	}
	return plan(s, d, table)
}

func plan(s *site, d *director.Director, table director.Kernel) (*control.Plan, error) {
	steps, err := d.Plan(s.cluster)
	if err != nil {
		return nil, err
	}
	planned := make(map[[2]string]bool, len(steps))
	for _, st := range steps {
		planned[[2]string{st.Object, st.In}] = true
	}
	for _, st := range d.Foresee(s.cluster) {
		if !planned[[2]string{st.Object, st.In}] { // pulse itself gives a server that is forced its weight
			steps = append(steps, st)
		}
	}
	out := &control.Plan{Steps: make([]control.Step, len(steps))}
	for i, st := range steps {
		out.Steps[i] = control.Step{
			Action: control.Action(st.Action), Kind: st.Kind, Object: st.Object, In: st.In,
			Detail: st.Detail, Was: st.Was, Connections: st.Connections,
		}
	}
	for _, w := range s.warnings {
		out.Warnings = append(out.Warnings, w.String())
	}
	out.Warnings = append(out.Warnings, s.unserved()...)
	statuses, err := table.Services()
	if err != nil {
		return nil, err
	}
	owned := d.State().Owned
	for _, st := range statuses {
		if s.cluster.Service(st.Key) == nil && !slices.Contains(owned, st.Key) && !s.cluster.Exclusive {
			out.Foreign = append(out.Foreign, st.Key.String())
		}
	}
	slices.Sort(out.Foreign)
	return out, nil
}
