package main

import (
	"errors"
	"os"

	"net/netip"

	"pacu/director"
	"pacu/firewall"
	"pacu/ipvs"
	"pacu/vip"
)

// openKernel opens the kernel's tables and makes the director that keeps them.
func (p *pulse) openKernel() error {
	if p.o.norun {
		fake := ipvs.NewFake()
		p.kernel, p.view, p.firewall = fake, fake, noFirewall{}
		p.director = director.New(fake, readOnly{p.addresses}, noFirewall{}, noSysctls{made: make(map[string]string)})
		return nil
	}
	table, err := ipvs.Dial()
	if err != nil {
		return err
	}
	p.kernel = table
	view, err := ipvs.Dial()
	if err != nil {
		return err
	}
	p.view = view
	rules, err := firewall.Dial()
	if err != nil {
		return err
	}
	p.firewall = rules
	p.director = director.New(table, p.addresses, rules, sysctls{})
	return nil
}

// readOnly are the addresses of a pulse that must change nothing.
type readOnly struct{ *vip.Conn }

func (readOnly) AddAll(a []vip.Address) []error    { return make([]error, len(a)) }
func (readOnly) RemoveAll(a []vip.Address) []error { return make([]error, len(a)) }

// noFirewall is the nftables table of such a pulse.
type noFirewall struct{}

func (noFirewall) Replace(firewall.Ruleset) error { return nil }
func (noFirewall) Intact() (bool, error)          { return true, nil }
func (noFirewall) Remove() error                  { return nil }
func (noFirewall) Hold([]firewall.Hold) error     { return nil }
func (noFirewall) Release() error                 { return nil }
func (noFirewall) Hush([]netip.Addr) error        { return nil }
func (noFirewall) Unhush() error                  { return nil }
func (noFirewall) Close() error                   { return nil }

// noSysctls are its kernel settings: those it would have made are remembered,
// and one that this kernel lacks is empty.
type noSysctls struct {
	sysctls
	made map[string]string
}

func (s noSysctls) Read(name string) (string, error) {
	if value, ok := s.made[name]; ok {
		return value, nil
	}
	value, err := s.sysctls.Read(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return value, err
}

func (s noSysctls) Write(name, value string) error {
	s.made[name] = value
	return nil
}
