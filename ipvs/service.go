package ipvs

import (
	"strings"
	"time"
)

// Flags are options of a service, the values of IP_VS_SVC_F_*.
type Flags uint32

// The flags.
const (
	Persistent Flags = 0x01 // a client stays with its server for Service.Timeout
	// Hashed is the kernel's own mark on every service it holds. Writing
	// ignores it and reading leaves it out, so that a service reads as it was
	// written.
	Hashed     Flags = 0x02
	OnePacket  Flags = 0x04 // schedule every UDP packet anew
	SchedFlag1 Flags = 0x08 // to the scheduler; fallback of sh and mh
	SchedFlag2 Flags = 0x10 // to the scheduler; port of sh and mh
	SchedFlag3 Flags = 0x20 // to the scheduler
)

// maxTimeout is ipvsadm's limit; the kernel's own arithmetic overflows at
// some multiple of it that depends on its clock.
const maxTimeout = 31 * 24 * time.Hour

// A Service is a virtual service as it is configured.
type Service struct {
	Key       Key
	Scheduler string // wlc, rr, ... or "none"
	Flags     Flags
	// Timeout is how long a client stays with its server, in whole seconds up
	// to 31 days. It means nothing without Persistent.
	Timeout time.Duration
	// Netmask says, in bits of the client's address, which clients count as
	// one for persistence. Writing, 0 stands for all bits: 32 or 128. Reading
	// always gives the bits.
	Netmask int
	// Engine is the persistence engine, "sip", or empty for the address.
	Engine string
}

// Canonical is the service as it reads once it has been written: Netmask
// filled in, Hashed left out.
func (s Service) Canonical() Service {
	s.Flags &^= Hashed
	if s.Netmask == 0 {
		s.Netmask = s.Key.Addr.BitLen()
	}
	return s
}

// A ServiceStatus is a service as the kernel holds it.
type ServiceStatus struct {
	Service
	Stats Stats
}

func (s Service) check() error {
	if err := s.Key.check(); err != nil {
		return err
	}
	switch {
	case !nameOK(s.Scheduler):
		return invalid("scheduler name must have 1 to 15 characters")
	case s.Engine != "" && !nameOK(s.Engine):
		return invalid("persistence engine name must have at most 15 characters")
	case s.Netmask < 0 || s.Netmask > s.Key.Addr.BitLen():
		return invalid("netmask has more bits than the address, or fewer than none")
	}
	return checkTimeout(s.Timeout)
}

func checkTimeout(d time.Duration) error {
	if d < 0 || d > maxTimeout || d%time.Second != 0 {
		return invalid("timeout " + d.String() + " is not whole seconds between 0 and 31 days")
	}
	return nil
}

func nameOK(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsRune(s, 0)
}
