package firewall

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargets(t *testing.T) {
	mark := func(mark uint32, ports ...PortRange) Mark {
		return Mark{Name: fmt.Sprint(mark), Addr: addr("10.0.0.1"), Protocols: []uint8{tcp}, Ports: ports, Mark: mark}
	}
	for _, tt := range []struct {
		name  string
		marks []Mark
		want  string // of the error, when it begins with "!"
	}{
		{"none", nil, ""},
		{"sorted", []Mark{mark(1, PortRange{443, 443}, PortRange{80, 80})}, "80=1 443=1"},
		{"joined", []Mark{mark(1, PortRange{80, 90}, PortRange{85, 100}, PortRange{86, 87}), mark(1, PortRange{100, 100})}, "80-100=1"},
		{"neighbours", []Mark{mark(1, PortRange{80, 90}), mark(2, PortRange{91, 95})}, "80-90=1 91-95=2"},
		{"some of all", []Mark{mark(1, PortRange{1, 65535}), mark(2, PortRange{80, 80})}, "1-65535=1 80=2"},
		{"all twice", []Mark{mark(1, PortRange{0, 65535}), mark(1, PortRange{1, 65535})}, "0-65535=1"},
		{"two all", []Mark{mark(1, PortRange{1, 65535}), mark(2, PortRange{1, 65535})}, "!10.0.0.1 tcp 1-65535 of"},
		{"overlap", []Mark{mark(1, PortRange{80, 90}), mark(2, PortRange{90, 95})}, `!10.0.0.1 tcp 80-90 of "1" and 10.0.0.1 tcp 90-95 of "2" overlap`},
		{"inside", []Mark{mark(1, PortRange{80, 90}), mark(2, PortRange{85, 85})}, "!overlap"},
		{"no mark", []Mark{mark(0, PortRange{80, 90})}, "!no mark"},
		{"no ports", []Mark{mark(1)}, "!no ports"},
		{"backwards", []Mark{mark(1, PortRange{90, 80})}, "!ports 90-80"},
		{"port 0", []Mark{mark(1, PortRange{0, 0})}, "!ports 0-0"},
		{"no protocol", []Mark{{Addr: addr("10.0.0.1"), Ports: []PortRange{{1, 1}}, Mark: 1}}, "!no protocol"},
		{"no address", []Mark{{Protocols: []uint8{tcp}, Ports: []PortRange{{1, 1}}, Mark: 1}}, "!no address"},
		{"zone", []Mark{{Addr: addr("fe80::1%eth0"), Protocols: []uint8{tcp}, Ports: []PortRange{{1, 1}}, Mark: 1}}, "!zone"},
		{"IPv4 as IPv6", []Mark{{Addr: addr("::ffff:10.0.0.1"), Protocols: []uint8{tcp}, Ports: []PortRange{{1, 1}}, Mark: 1}}, "!IPv4 written as IPv6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := targets(tt.marks)
			if msg, bad := strings.CutPrefix(tt.want, "!"); bad {
				if !errors.Is(err, os.ErrInvalid) || !strings.Contains(err.Error(), msg) {
					t.Errorf("error %v, want %q", err, msg)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, p := range got {
				words = append(words, fmt.Sprintf("%v=%d", p.ports, p.mark))
			}
			if diff := cmp.Diff(tt.want, strings.Join(words, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSourceNATs(t *testing.T) {
	web := SourceNAT{Name: "web", Addr: addr("10.0.0.1"), Protocol: tcp, Port: 80}
	with := func(f func(*SourceNAT)) SourceNAT { s := web; f(&s); return s }
	for _, tt := range []struct {
		name string
		nats []SourceNAT
		want string // of the error; empty is none
	}{
		{"one", []SourceNAT{web}, ""},
		{"the same twice", []SourceNAT{web, web}, ""},
		{"two pools", []SourceNAT{web, with(func(s *SourceNAT) { s.Pool = pool("10.1.0.1", "10.1.0.1") })}, "two pools"},
		{"one mark for two VIPs", []SourceNAT{
			with(func(s *SourceNAT) { s.FWMark = 1 }),
			with(func(s *SourceNAT) { s.FWMark, s.Addr, s.Pool = 1, addr("10.0.0.2"), pool("10.1.0.1", "10.1.0.1") })}, "two pools"},
		{"one mark of two families", []SourceNAT{
			with(func(s *SourceNAT) { s.FWMark = 1 }),
			with(func(s *SourceNAT) { s.FWMark, s.Addr, s.Pool = 1, addr("fd00::1"), pool("fd01::1", "fd01::1") })}, ""},
		{"no protocol", []SourceNAT{with(func(s *SourceNAT) { s.Protocol = 0 })}, "neither a protocol nor a fwmark"},
		{"no address", []SourceNAT{with(func(s *SourceNAT) { s.Addr = addr("::ffff:1.2.3.4") })}, "IPv4 written as IPv6"},
		{"backwards", []SourceNAT{with(func(s *SourceNAT) { s.Pool = pool("10.1.0.2", "10.1.0.1") })}, "pool 10.1.0.2-10.1.0.1"},
		{"mixed range", []SourceNAT{with(func(s *SourceNAT) { s.Pool = pool("10.1.0.2", "fd00::1") })}, "pool 10.1.0.2-fd00::1"},
		{"other family", []SourceNAT{with(func(s *SourceNAT) { s.Pool = pool("fd00::1", "fd00::1") })}, "no address of the pool"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sourceNATs(tt.nats)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (!errors.Is(err, os.ErrInvalid) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestShares(t *testing.T) {
	for _, tt := range []struct {
		pool []AddrRange
		want []uint32
	}{
		{nil, []uint32{}},
		{pool("10.0.0.1", "10.0.0.9"), []uint32{1<<32 - 1}},
		{pool("10.0.0.1", "10.0.0.1", "10.0.0.3", "10.0.0.5"), []uint32{1 << 30, 1<<32 - 1}},
		{pool("10.0.0.1", "10.0.0.2", "10.0.1.0", "10.0.1.0", "10.0.2.0", "10.0.2.0"), []uint32{1 << 31, 1 << 31, 1<<32 - 1}},
		{pool("fd00::", "fd00::ffff:ffff:ffff:ffff", "fd01::", "fd01::ffff:ffff:ffff:ffff"), []uint32{1 << 31, 1<<32 - 1}},
	} {
		if diff := cmp.Diff(tt.want, shares(tt.pool)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.pool, diff)
		}
	}
}
