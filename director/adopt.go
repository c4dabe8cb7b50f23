package director

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"pacu/ipvs"
)

// adopt reads the table for the first time.
func (d *Director) adopt() error {
	statuses, err := d.kernel.Services()
	if err != nil {
		return fmt.Errorf("read the IPVS table: %w", err)
	}
	ours := make(map[ipvs.Key]bool, len(d.owned))
	for _, k := range d.owned {
		ours[k] = true
	}
	for _, st := range statuses {
		s := d.services[st.Key]
		if s == nil {
			if !ours[st.Key] {
				d.others[st.Key] = st.Service
				continue
			}
			s = &service{key: st.Key}
			d.services[st.Key] = s
		}
		if err := d.take(s, st.Service, d.verdicts); err != nil {
			return err
		}
		d.soil(s)
	}
	d.count, d.known = len(statuses), true
	return nil
}

// take makes svc, which the kernel holds, the business of s.
func (d *Director) take(s *service, svc ipvs.Service, verdicts map[ServerKey]Verdict) error {
	e, statuses, err := d.read(svc)
	if errors.Is(err, os.ErrNotExist) {
		return nil // deleted since it was seen
	}
	if err != nil {
		return fmt.Errorf("read the IPVS table: %w", err)
	}
	s.held = e
	s.active = activeOf(statuses)
	if s.want != nil {
		s.inherit(verdicts)
	}
	return nil
}

// meet takes those services of others that c asks for too, or that it does not
// suffer, into services.
func (d *Director) meet(c *Cluster, services map[ipvs.Key]*service, verdicts map[ServerKey]Verdict) (met []*service, err error) {
	for k, svc := range d.others {
		s := services[k]
		switch {
		case s == nil && !c.Exclusive:
			continue
		case s == nil:
			s = &service{key: k, foreign: true}
		case s.held != nil:
			continue
		}
		if err := d.take(s, svc, verdicts); err != nil {
			return met, err
		}
		if s.held != nil {
			services[k] = s
			met = append(met, s)
		}
	}
	return met, nil
}

// inherit takes over what an earlier pulse left of a service.
func (s *service) inherit(verdicts map[ServerKey]Verdict) {
	stays := make(map[netip.AddrPort]bool)
	for i := range s.want.Servers {
		rs := &s.want.Servers[i]
		if !rs.Active {
			continue
		}
		a := netip.AddrPortFrom(rs.Addr, rs.Port)
		stays[a] = true
		held := s.held.find(a)
		key := ServerKey{s.want.JudgedBy, rs.Addr, rs.Port}
		switch _, judged := verdicts[key]; {
		case held == nil || judged || rs.Unchecked:
		case held.Weight > 0:
			verdicts[key] = Verdict{Up: true, Weight: held.Weight}
		default:
			s.keep(a, s)
		}
	}
	for _, dest := range s.held.Destinations {
		a := at(dest)
		switch {
		case stays[a]: // though it be the sorry server too: it may serve as either
		case s.want.Sorry.IsValid() && a == at(s.want.sorryDestination()) && dest.Weight > 0:
			s.sorry = true
		case s.want.Keep:
			s.leave(a, s.name(a)) // it left before, or lvs.cf changed while no pulse ran
		}
	}
}

// read is what the kernel holds of a service.
func (d *Director) read(s ipvs.Service) (*Entry, []ipvs.DestinationStatus, error) {
	ds, err := d.kernel.Destinations(s.Key)
	if err != nil {
		return nil, nil, err
	}
	e := &Entry{Service: s, Destinations: make([]ipvs.Destination, len(ds))}
	for i := range ds {
		e.Destinations[i] = ds[i].Destination
	}
	slices.SortFunc(e.Destinations, compare)
	return e, ds, nil
}
