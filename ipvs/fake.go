package ipvs

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"
)

// schedulers are those of Linux 6.1, which is what a Fake knows.
var schedulers = []string{
	"dh", "fo", "lblc", "lblcr", "lc", "mh", "none", "nq", "ovf", "rr", "sed", "sh", "wlc", "wrr",
}

// A Fake is an IPVS table in memory with the methods of a Client and the rules
// of the kernel. It schedules nothing: counters move by SetStatus alone. It is
// safe for concurrent use.
type Fake struct {
	// Refuse, unless nil, is asked before each change of an Apply, and its
	// error is the change's. Set it before the Fake is shared; it must not
	// call the Fake.
	Refuse func(Op) error

	mu       sync.Mutex // guards following
	sent     uint64     // requests that a Client would have sent
	services map[Key]*fakeService
	timeouts Timeouts
	daemons  []Daemon // by role
}

type fakeService struct {
	ServiceStatus
	dests []DestinationStatus // in order of address and port
}

func (s *fakeService) find(addr netip.Addr, port uint16) (int, bool) {
	return slices.BinarySearchFunc(s.dests, Destination{Addr: addr, Port: port},
		func(d DestinationStatus, want Destination) int { return d.compare(want) })
}

// NewFake returns an empty table with the kernel's usual timeouts.
func NewFake() *Fake {
	return &Fake{
		services: make(map[Key]*fakeService),
		timeouts: Timeouts{TCP: 15 * time.Minute, TCPFin: 2 * time.Minute, UDP: 5 * time.Minute},
	}
}

// Close does nothing.
func (f *Fake) Close() error { return nil }

// Sent is Client.Sent.
func (f *Fake) Sent() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// Count is Client.Count.
func (f *Fake) Count() (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for k := range f.services {
		if k.Addr.Is4() {
			n++
		}
	}
	return n, nil
}

// lock locks the table for a request. The caller unlocks mu.
func (f *Fake) lock() {
	f.mu.Lock()
	f.sent++
}

// Info returns what Linux 6.1 does.
func (f *Fake) Info() (Info, error) {
	f.lock()
	defer f.mu.Unlock()
	return Info{Version: 0x010201, ConnTableSize: 4096}, nil
}

// Services is Client.Services, in order of address, port and fwmark.
func (f *Fake) Services() ([]ServiceStatus, error) {
	f.lock()
	defer f.mu.Unlock()
	return f.list(), nil
}

// list is all services in their order. The caller holds mu.
func (f *Fake) list() []ServiceStatus {
	all := make([]ServiceStatus, 0, len(f.services))
	for _, s := range f.services {
		all = append(all, s.ServiceStatus)
	}
	slices.SortFunc(all, func(a, b ServiceStatus) int { return a.Key.compare(b.Key) })
	return all
}

// Service is Client.Service.
func (f *Fake) Service(k Key) (ServiceStatus, error) {
	f.lock()
	defer f.mu.Unlock()
	s, err := f.service(cmdGetService, k)
	if err != nil {
		return ServiceStatus{}, fmt.Errorf("read %v: %w", k, err)
	}
	return s.ServiceStatus, nil
}

// Destinations is Client.Destinations, in order of address and port.
func (f *Fake) Destinations(k Key) ([]DestinationStatus, error) {
	return f.DestinationsOf(k, []DestinationStatus{})
}

// DestinationsOf is Client.DestinationsOf, in order of address and port.
func (f *Fake) DestinationsOf(k Key, buf []DestinationStatus) ([]DestinationStatus, error) {
	f.lock()
	defer f.mu.Unlock()
	s, err := f.service(cmdGetDest, k)
	if err != nil || len(s.dests) == 0 {
		f.sent++ // to know an empty service from none
	}
	if err != nil {
		return buf, fmt.Errorf("read destinations of %v: %w", k, err)
	}
	return append(buf, s.dests...), nil
}

// Apply is Client.Apply.
func (f *Fake) Apply(ops []Op) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var failed []OpError
	for i, o := range ops {
		if err := f.apply(o); err != nil {
			failed = append(failed, OpError{Index: i, Op: o, Err: err})
		}
	}
	if len(failed) > 0 {
		return &BatchError{Failed: failed}
	}
	return nil
}

// SetStatus gives the destination at d's address and port in the service at k
// the connections and counters of d. Without it or the service, the error
// matches os.ErrNotExist.
func (f *Fake) SetStatus(k Key, d DestinationStatus) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.service(cmdSetDest, k)
	if err != nil {
		return fmt.Errorf("set status of %v in %v: %w", d.addrPort(), k, err)
	}
	i, ok := s.find(d.Addr, d.Port)
	if !ok {
		return fmt.Errorf("set status of %v in %v: %w", d.addrPort(), k, refusal(cmdSetDest, syscall.ENOENT, ""))
	}
	d.Destination = s.dests[i].Destination
	s.dests[i] = d
	return nil
}

// Flush is Client.Flush.
func (f *Fake) Flush() error {
	f.lock()
	defer f.mu.Unlock()
	clear(f.services)
	return nil
}

// Zero is Client.Zero.
func (f *Fake) Zero() error {
	f.lock()
	defer f.mu.Unlock()
	for _, s := range f.services {
		s.zero()
	}
	return nil
}

// ZeroService is Client.ZeroService.
func (f *Fake) ZeroService(k Key) error {
	f.lock()
	defer f.mu.Unlock()
	s, err := f.service(cmdZero, k)
	if err != nil {
		return fmt.Errorf("zero counters of %v: %w", k, err)
	}
	s.zero()
	return nil
}

func (s *fakeService) zero() {
	s.Stats = Stats{}
	for i := range s.dests {
		s.dests[i].Stats = Stats{}
	}
}

// service is the service at k, for cmd. The caller holds mu.
func (f *Fake) service(cmd command, k Key) (*fakeService, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	s, ok := f.services[k]
	if !ok {
		return nil, refusal(cmd, syscall.ESRCH, "")
	}
	return s, nil
}

// apply makes one change. The caller holds mu.
func (f *Fake) apply(o Op) error {
	if err := o.check(); err != nil {
		return err
	}
	f.sent++
	if f.Refuse != nil {
		if err := f.Refuse(o); err != nil {
			return err
		}
	}
	if o.cmd == cmdNewService {
		return f.addService(o.svc)
	}
	s, err := f.service(o.cmd, o.svc.Key)
	if err != nil {
		return err
	}
	i, found := s.find(o.dest.Addr, o.dest.Port)
	switch o.cmd {
	case cmdSetService:
		if err := known(o.svc); err != nil {
			return err
		}
		s.Service = o.svc.Canonical()
		return nil
	case cmdDelService:
		delete(f.services, o.svc.Key)
		return nil
	case cmdNewDest, cmdSetDest:
		if len(f.daemons) > 0 && o.dest.crosses(o.svc.Key) {
			return o.refusal(syscall.EINVAL, "")
		}
	}
	switch {
	case o.cmd == cmdNewDest:
		if found {
			return refusal(o.cmd, syscall.EEXIST, "")
		}
		if o.dest.Addr.Is6() && o.dest.Addr.IsLinkLocalUnicast() {
			return o.refusal(syscall.EINVAL, "")
		}
		s.dests = slices.Insert(s.dests, i, DestinationStatus{Destination: o.dest})
	case !found:
		return refusal(o.cmd, syscall.ENOENT, "")
	case o.cmd == cmdSetDest:
		s.dests[i].Destination = o.dest
	default:
		s.dests = slices.Delete(s.dests, i, i+1)
	}
	return nil
}

func (f *Fake) addService(s Service) error {
	if _, taken := f.services[s.Key]; taken {
		return refusal(cmdNewService, syscall.EEXIST, "")
	}
	if err := known(s); err != nil {
		return err
	}
	f.services[s.Key] = &fakeService{ServiceStatus: ServiceStatus{Service: s.Canonical()}}
	return nil
}

func known(s Service) error {
	if !slices.Contains(schedulers, s.Scheduler) || s.Engine != "" && s.Engine != "sip" {
		return refusal(cmdNewService, syscall.ENOENT, "")
	}
	return nil
}
