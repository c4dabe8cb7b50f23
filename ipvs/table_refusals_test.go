package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"
)

func testRefusals(t *testing.T, tbl table) {
	here, gone := key(TCP, "10.0.0.1:80"), key(TCP, "10.0.0.2:80")
	here6 := key(TCP, "[2001:db8::1]:80")
	s := Service{Key: here, Scheduler: "rr"}
	d, none := dest("10.1.0.1:80", Direct, 1), dest("10.1.0.2:80", Direct, 1)
	apply(t, tbl, AddService(s), AddDestination(here, d), AddService(Service{Key: here6, Scheduler: "rr"}))
	with := func(change func(*Service)) Service { s := s; s.Key = gone; change(&s); return s }
	to := func(change func(*Destination)) Destination { d := none; change(&d); return d }
	mark := FWMarkKey(9, false)
	mark.Port = 80

	tests := []struct {
		op   Op
		want error
		text string
	}{
		{AddService(s), os.ErrExist, "add tcp 10.0.0.1:80 rr: already there"},
		{SetService(with(func(*Service) {})), os.ErrNotExist, "set tcp 10.0.0.2:80 rr: no such service"},
		{DeleteService(gone), os.ErrNotExist, "delete tcp 10.0.0.2:80: no such service"},
		{AddDestination(here, d), os.ErrExist, "add 10.1.0.1:80 to tcp 10.0.0.1:80 weight 1: already there"},
		{AddDestination(gone, d), os.ErrNotExist, "add 10.1.0.1:80 to tcp 10.0.0.2:80 weight 1: no such service"},
		{SetDestination(here, none), os.ErrNotExist, "set 10.1.0.2:80 of tcp 10.0.0.1:80 weight 1: no such destination"},
		{SetDestination(gone, d), os.ErrNotExist, "set 10.1.0.1:80 of tcp 10.0.0.2:80 weight 1: no such service"},
		{DeleteDestination(here, none.Addr, 80), os.ErrNotExist, "delete 10.1.0.2:80 from tcp 10.0.0.1:80: no such destination"},
		{DeleteDestination(gone, d.Addr, 80), os.ErrNotExist, "delete 10.1.0.1:80 from tcp 10.0.0.2:80: no such service"},
		{AddService(with(func(s *Service) { s.Scheduler = "psychic" })), ErrNoScheduler,
			"add tcp 10.0.0.2:80 psychic: the kernel has no such scheduler or persistence engine"},
		{SetService(Service{Key: here, Scheduler: "psychic"}), ErrNoScheduler,
			"set tcp 10.0.0.1:80 psychic: the kernel has no such scheduler or persistence engine"},
		{AddService(with(func(s *Service) { s.Engine = "diesel" })), ErrNoScheduler,
			"add tcp 10.0.0.2:80 rr: the kernel has no such scheduler or persistence engine"},
		{AddService(with(func(s *Service) { s.Scheduler = "" })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Scheduler = "abcdefghijklmnop" })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Engine = "abcdefghijklmnop" })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Netmask = 33 })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Netmask = -1 })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Timeout = 1500 * time.Millisecond })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Timeout = -time.Second })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Timeout = maxTimeout + time.Second })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Key = Key{} })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Key.Protocol = 0 })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Key = mark })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Key.Addr = netip.MustParseAddr("fe80::1%eth0") })), os.ErrInvalid, ""},
		{AddService(with(func(s *Service) { s.Key.Addr = netip.MustParseAddr("::ffff:1.2.3.4") })), os.ErrInvalid, ""},
		{DeleteService(Key{}), os.ErrInvalid, ""},
		{AddDestination(Key{}, d), os.ErrInvalid, ""},
		{AddDestination(here, Destination{}), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Forward = 5 })), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Weight = 1 << 31 })), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Upper, d.Lower = 1, 2 })), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Tunnel.Port = 1 })), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Forward, d.Tunnel.Type = Tunnel, GUE })), os.ErrInvalid, ""},
		{AddDestination(here, to(func(d *Destination) { d.Forward, d.Tunnel.Type = Tunnel, 3 })), os.ErrInvalid, ""},
		{AddDestination(here, dest("0.0.0.0:80", Direct, 1)), os.ErrInvalid, ""},
		{AddDestination(here, dest("224.0.0.1:80", Direct, 1)), os.ErrInvalid,
			"add 224.0.0.1:80 to tcp 10.0.0.1:80 weight 1: 224.0.0.1 is no address of a server"},
		{AddDestination(here, dest("255.255.255.255:80", Direct, 1)), os.ErrInvalid, ""},
		{AddDestination(here, dest("[ff02::1]:80", Tunnel, 1)), os.ErrInvalid, ""},
		{AddDestination(here6, dest("[fe80::1]:80", Direct, 1)), os.ErrInvalid, "add [fe80::1]:80 to tcp [2001:db8::1]:80 weight 1: invalid argument"},
		{SetDestination(here6, dest("[fe80::1]:80", Direct, 1)), os.ErrNotExist, ""},
		{DeleteDestination(here, netip.Addr{}, 80), os.ErrInvalid, ""},
		{Op{}, os.ErrInvalid, "no change: an Op that says nothing"},
	}
	var ops []Op
	for _, tt := range tests {
		t.Run(tt.op.String(), func(t *testing.T) {
			wantError(t, tbl.Apply([]Op{tt.op}), tt.want, tt.text)
		})
		ops = append(ops, tt.op)
	}

	// All at once, with a change that can be done before each.
	const good = 3
	var mixed []Op
	for i, o := range ops {
		mixed = append(mixed, SetDestination(here, dest("10.1.0.1:80", Direct, uint32(i))), o)
	}
	mixed = append(mixed, SetDestination(here, dest("10.1.0.1:80", Direct, good)))
	var batch *BatchError
	if err := tbl.Apply(mixed); !errors.As(err, &batch) {
		t.Fatalf("got %v, want a BatchError", err)
	}
	if len(batch.Failed) != len(tests) {
		t.Fatalf("%d changes failed, want %d", len(batch.Failed), len(tests))
	}
	for i, f := range batch.Failed {
		if f.Index != 2*i+1 || f.Op != tests[i].op || !errors.Is(f.Err, tests[i].want) {
			t.Errorf("failure %d: index %d, %v, want %v of index %d, %v", i, f.Index, f, tests[i].want, 2*i+1, tests[i].op)
		}
	}
	if got := destinations(t, tbl, here); len(got) != 1 || got[0].Weight != good {
		t.Errorf("destinations: %+v, want one with weight %d", got, good)
	}
}

// testBigBatch makes more changes than fit one batch, then the same again, to
// be refused each.
func testBigBatch(t *testing.T, tbl table) {
	const n = 3*maxBatch + 10
	k := FWMarkKey(80, false)
	ops := []Op{AddService(Service{Key: k, Scheduler: "wlc"})}
	for i := range n {
		ops = append(ops, AddDestination(k, dest(fmt.Sprintf("10.1.%d.%d:80", i/250, 1+i%250), Masquerade, uint32(i))))
	}
	apply(t, tbl, ops...)
	got := destinations(t, tbl, k)
	if len(got) != n {
		t.Fatalf("%d destinations, want %d", len(got), n)
	}
	for i, d := range got {
		if d.Weight != uint32(i) {
			t.Fatalf("destination %v has weight %d, want %d", d.addrPort(), d.Weight, i)
		}
	}
	var batch *BatchError
	if err := tbl.Apply(ops); !errors.As(err, &batch) || len(batch.Failed) != n+1 {
		t.Fatalf("the same again: %v, want all %d refused", err, n+1)
	}
	for i, f := range batch.Failed {
		if f.Index != i || !errors.Is(f.Err, os.ErrExist) {
			t.Fatalf("failure %d: index %d, %v", i, f.Index, f)
		}
	}
}
