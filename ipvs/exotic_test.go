package ipvs

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encap is a tunnel to s.
func encap(s string, e Encap) Destination {
	d := dest(s, Tunnel, 3)
	d.Tunnel = e
	return d
}

// encaps are all encapsulations that the kernel tells apart.
var encaps = []Encap{
	{},
	{Type: GRE},
	{Type: GRE, Flags: Checksum},
	{Type: GUE, Port: 6080},
	{Type: GUE, Port: 6081, Flags: Checksum},
	{Type: GUE, Port: 65535, Flags: RemoteChecksum},
}

// exoticTable has what sampleTable lacks of all that lvs.cf can ask for.
func exoticTable() map[Key]fakeService {
	t := make(map[Key]fakeService)
	add := func(s Service, dests ...Destination) {
		status := fakeService{ServiceStatus: ServiceStatus{Service: s.Canonical()}}
		for _, d := range dests {
			status.dests = append(status.dests, DestinationStatus{Destination: d})
		}
		t[s.Key] = status
	}
	// Every scheduler with every set of its flags, of both families.
	for i, scheduler := range schedulers {
		sets := Flags(8)
		if scheduler == "sh" || scheduler == "mh" {
			sets = 4 // ipvsadm 1.31 garbles their third, which they do not use
		}
		for flags := range sets {
			s := Service{Scheduler: scheduler, Flags: flags * SchedFlag1}
			s.Key = Key{Protocol: TCP, Addr: netip.AddrFrom4([4]byte{10, 1, byte(i), byte(flags)}), Port: 80}
			add(s, dest("10.2.0.1:80", Masquerade, 1))
			s.Key.Addr = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x:%x", i+1, flags))
			add(s, dest("[2001:db8:1::1]:80", Masquerade, 1))
		}
	}
	// Every encapsulation, to both families from both, and of every protocol.
	var tunnels []Destination
	for i, e := range encaps {
		tunnels = append(tunnels, encap(fmt.Sprintf("10.3.0.%d:80", i+1), e))
	}
	for i, e := range encaps {
		tunnels = append(tunnels, encap(fmt.Sprintf("[2001:db8:3::%d]:80", i+1), e))
	}
	for _, k := range []Key{
		key(TCP, "10.4.0.1:80"), key(UDP, "10.4.0.1:80"), key(SCTP, "10.4.0.1:80"),
		key(TCP, "[2001:db8:4::1]:80"), key(UDP, "[2001:db8:4::1]:80"), key(SCTP, "[2001:db8:4::1]:80"),
		FWMarkKey(4, false), FWMarkKey(4, true),
	} {
		add(Service{Key: k, Scheduler: "wlc"}, tunnels...)
	}
	// Marks, whose servers take the packet's own port.
	for mark := range uint32(3) {
		add(Service{Key: FWMarkKey(100+mark, false), Scheduler: "wrr", Flags: Persistent, Timeout: time.Minute, Netmask: 24},
			dest("10.5.0.1:0", Masquerade, 1), dest("10.5.0.2:0", Direct, 0), dest("10.5.0.3:0", Tunnel, 2), dest("10.5.0.4:8080", Masquerade, 1))
		add(Service{Key: FWMarkKey(100+mark, true), Scheduler: "wrr", Flags: Persistent, Timeout: time.Minute, Netmask: 64},
			dest("[2001:db8:5::1]:0", Masquerade, 1), dest("[2001:db8:5::2]:0", Direct, 0), dest("[2001:db8:5::3]:0", Tunnel, 2))
	}
	// Persistence by netmask, one packet at a time, by the SIP call.
	for i, bits := range []int{1, 8, 23, 31, 32} {
		port := uint16(1000 + i)
		s := Service{Key: Key{Protocol: TCP, Addr: netip.MustParseAddr("10.6.0.1"), Port: port}, Scheduler: "rr",
			Flags: Persistent, Timeout: time.Duration(i+1) * time.Hour, Netmask: bits}
		add(s)
		s.Key.Addr, s.Netmask = netip.MustParseAddr("2001:db8:6::1"), bits*4
		add(s)
	}
	for _, k := range []Key{key(UDP, "10.7.0.1:5060"), key(UDP, "[2001:db8:7::1]:5060"), FWMarkKey(5060, false), FWMarkKey(5060, true)} {
		add(Service{Key: k, Scheduler: "rr", Flags: Persistent | OnePacket, Timeout: time.Minute, Engine: "sip"})
	}
	// Thresholds.
	limited := func(s string, upper, lower uint32) Destination {
		d := dest(s, Direct, 1)
		d.Upper, d.Lower = upper, lower
		return d
	}
	add(Service{Key: key(TCP, "10.8.0.1:80"), Scheduler: "lc"},
		limited("10.8.8.1:80", 1000, 0), limited("10.8.8.2:80", 1000, 700), limited("10.8.8.3:80", 1<<31-1, 1<<31-1))
	return t
}

// exoticOps build the table, in order.
func exoticOps(t map[Key]fakeService) []Op {
	var ops []Op
	keys := make([]Key, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, Key.compare)
	for _, k := range keys {
		ops = append(ops, AddService(t[k].Service))
		for _, d := range t[k].dests {
			ops = append(ops, AddDestination(k, d.Destination))
		}
	}
	return ops
}

var thresholds = regexp.MustCompile(` -[xy] \d+`)

// ruleLines are the lines of a saved table, sorted, without the thresholds that
// ipvsadm 1.31 forgets to save.
func ruleLines(s string) []string {
	lines := strings.Split(thresholds.ReplaceAllString(s, ""), "\n")
	slices.Sort(lines)
	return lines
}

// checkExotic reads all of want back.
func checkExotic(t *testing.T, tbl table, want map[Key]fakeService) {
	t.Helper()
	all := services(t, tbl)
	if len(all) != len(want) {
		t.Errorf("%d services, want %d", len(all), len(want))
	}
	for _, s := range all {
		if diff := cmp.Diff(want[s.Key].Service, s.Service, comparable); diff != "" {
			t.Errorf("%v (-want +got):\n%s", s.Key, diff)
		}
		if diff := cmp.Diff(want[s.Key].dests, destinations(t, tbl, s.Key), comparable); diff != "" && len(want[s.Key].dests) > 0 {
			t.Errorf("destinations of %v (-want +got):\n%s", s.Key, diff)
		}
	}
}

func TestFakeExotic(t *testing.T) {
	want := exoticTable()
	f := NewFake()
	apply(t, f, exoticOps(want)...)
	checkExotic(t, f, want)
}

// TestKernelExotic reads the table back, by this package and by ipvsadm as a
// witness; then gives its text to ipvsadm and reads what that made of it.
func TestKernelExotic(t *testing.T) {
	c := dialKernel(t)
	want := exoticTable()
	ops := exoticOps(want)
	apply(t, c, ops...)
	checkExotic(t, c, want)

	f := NewFake()
	apply(t, f, ops...)
	if diff := cmp.Diff(ruleLines(ipvsadm(t, "", "-Sn")), ruleLines(f.String())); diff != "" {
		t.Errorf("rules (-ipvsadm +fake):\n%s", diff)
	}
	listed := ipvsadm(t, "", "-Ln", "--thresholds", "-t", "10.8.0.1:80")
	for _, d := range want[key(TCP, "10.8.0.1:80")].dests {
		line := regexp.MustCompile(fmt.Sprintf(`%v +%d +%d +0 +0`, d.addrPort(), d.Upper, d.Lower))
		if !line.MatchString(listed) {
			t.Errorf("ipvsadm lists no %v in\n%s", line, listed)
		}
	}

	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	ipvsadm(t, f.String(), "-R")
	checkExotic(t, c, want)
}
