package templates

import (
	"net/url"
	"strconv"

	"pacu/control"
)

// ServiceFacts are what is known of one service, and of the address it has.
type ServiceFacts struct {
	ServicePart
	Address *control.Address // nil where pulse names none
}

// AddressOf is the floating address of s, or nil.
func (m *Monitor) AddressOf(s *control.Service) *control.Address {
	for i := range m.Snapshot.Addresses {
		if a := &m.Snapshot.Addresses[i]; s.Address.IsValid() && a.Prefix.Addr() == s.Address {
			return a
		}
	}
	return nil
}

// OneRow is the element of the server at place i on its service's page.
func OneRow(i int) string { return "one-r" + strconv.Itoa(i) }

// OneSpark is the element of that server's chart.
func OneSpark(i int) string { return "one-c" + strconv.Itoa(i) }

// VirtualURL is the form of the virtual server name.
func VirtualURL(name string) string { return "/virtual?v=" + url.QueryEscape(name) }
