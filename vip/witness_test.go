package vip

import (
	"context"
	"errors"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// asked asks w with a bound that nothing here reaches unless nobody answers.
func asked(t *testing.T, w *Witness, within time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return w.Ask(ctx)
}

func testWitness(t *testing.T, addr string, check Check, floating ...netip.Addr) *Witness {
	t.Helper()
	w := NewWitness(ip(addr), check, floating...)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// witnessNet is a testNet whose far end has 10.9.0.2 and 2001:db8::2 on the
// link and 10.77.0.1 and 2001:db8:77::1 behind it.
func witnessNet(t *testing.T) *testNet {
	n := newTestNet(t)
	n.ip(t, "addr add 2001:db8::1/64 dev eth0 nodad")
	n.ip(t, "route add 10.77.0.0/16 via 10.9.0.2")
	n.ip(t, "route add 2001:db8:77::/48 via 2001:db8::2")
	n.inFar(t, func() {
		n.ip(t, "link set lo up")
		n.ip(t, "addr add 2001:db8::2/64 dev eth0 nodad")
		n.ip(t, "addr add 10.77.0.1/32 dev lo")
		n.ip(t, "addr add 2001:db8:77::1/128 dev lo")
		n.awaitLocal(t, "2001:db8::2", "2001:db8:77::1")
	})
	n.awaitLocal(t, "2001:db8::1")
	return n
}

func TestKernelWitnessAnswers(t *testing.T) {
	witnessNet(t)
	// What floats is on the witness's network too, and asks for nothing.
	c := testConn(t)
	for _, err := range c.AddAll([]Address{at("10.9.0.30/28", "eth0:1"), at("2001:db8::30/120", "eth0")}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		addr       string
		check, how Check
	}{
		{"10.9.0.2", CheckAuto, CheckARP},
		{"10.9.0.2", CheckARP, CheckARP},
		{"10.9.0.2", CheckPing, CheckPing},
		{"10.77.0.1", CheckAuto, CheckPing},
		{"2001:db8::2", CheckAuto, CheckARP},
		{"2001:db8::2", CheckPing, CheckPing},
		{"2001:db8:77::1", CheckAuto, CheckPing},
		{"127.0.0.7", CheckAuto, CheckPing},
	}
	for _, tt := range tests {
		w := testWitness(t, tt.addr, tt.check, ip("10.9.0.30"), ip("2001:db8::30"))
		for range 3 {
			if err := asked(t, w, testWait); err != nil {
				t.Errorf("%s by %s: %v", tt.addr, tt.check, err)
			}
		}
		if w.How() != tt.how {
			t.Errorf("%s by %s was asked by %s, want %s", tt.addr, tt.check, w.How(), tt.how)
		}
	}
}

func TestKernelWitnessSilent(t *testing.T) {
	n := witnessNet(t)
	n.inFar(t, func() {
		n.ip(t, "addr del 10.77.0.1/32 dev lo")
		n.ip(t, "route add unreachable 10.77.0.1")
		n.ip(t, "route add prohibit 10.77.0.2")
		n.ip(t, "route add blackhole 10.77.0.3")
		n.ip(t, "addr del 2001:db8:77::1/128 dev lo")
		n.ip(t, "route add unreachable 2001:db8:77::1")
		writeFile(t, "/proc/sys/net/ipv4/ip_forward", "1")
		writeFile(t, "/proc/sys/net/ipv6/conf/all/forwarding", "1")
	})
	const silent = 50 * time.Millisecond
	tests := []struct {
		addr   string
		check  Check
		within time.Duration
		want   string
		is     error
	}{
		{"10.9.0.9", CheckAuto, silent, "no answer to ARP for 10.9.0.9 on eth0 in", ErrNoAnswer},
		{"2001:db8::9", CheckAuto, silent, "no answer to neighbour solicitation for 2001:db8::9 on eth0 in", ErrNoAnswer},
		{"10.77.0.3", CheckAuto, silent, "no answer to ping of 10.77.0.3 in", ErrNoAnswer},
		{"10.77.0.1", CheckAuto, testWait, "ping of 10.77.0.1: host unreachable, says 10.9.0.2", nil},
		{"10.77.0.2", CheckAuto, testWait, "ping of 10.77.0.2: filtered, says 10.9.0.2", nil},
		{"2001:db8:77::1", CheckAuto, testWait, "ping of 2001:db8:77::1: no route, says 2001:db8::2", nil},
		{"10.77.0.1", CheckARP, testWait, "witness 10.77.0.1: no network of this router has it: ARP cannot ask for it", nil},
		{"192.0.2.1", CheckAuto, testWait, "ping of 192.0.2.1: sendto: network is unreachable", unix.ENETUNREACH},
		{"10.9.0.1", CheckAuto, testWait, "witness 10.9.0.1: 10.9.0.1 is an address of this router", ErrOwn},
		{"127.0.0.7", CheckARP, testWait, "ARP for 127.0.0.7 on lo: interface has no neighbours", ErrNoNeighbours},
		{"fe80::1", CheckAuto, testWait, "witness fe80::1: fe80::1: a link-local address needs its interface, as in fe80::1%eth0", nil},
	}
	for _, tt := range tests {
		err := asked(t, testWitness(t, tt.addr, tt.check), tt.within)
		got := words(err)
		if tt.within == silent {
			// How long it waited, on a machine that stood still meanwhile, is
			// TestUnanswered's.
			got = got[:max(0, strings.LastIndexByte(got, ' '))]
		}
		if got != tt.want || (tt.is != nil && !errors.Is(err, tt.is)) {
			t.Errorf("%s by %s: %v, want %s", tt.addr, tt.check, err, tt.want)
		}
	}
}

// A witness is asked on, whatever happens to the interface meanwhile.
func TestKernelWitnessLink(t *testing.T) {
	n := witnessNet(t)
	w4, w6 := testWitness(t, "10.9.0.2", CheckAuto), testWitness(t, "2001:db8::2", CheckAuto)
	down := func(step string, words string) {
		t.Helper()
		for _, w := range []*Witness{w4, w6} {
			if err := asked(t, w, testWait); !errors.Is(err, ErrLinkDown) || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %s: %v, want %s", step, w.Address(), err, words)
			}
		}
	}
	up := func(step string) {
		t.Helper()
		for _, w := range []*Witness{w4, w6} {
			if err := asked(t, w, testWait); err != nil {
				t.Errorf("%s: %s: %v", step, w.Address(), err)
			}
		}
	}
	up("at first")
	n.inFar(t, func() { n.ip(t, "link set eth0 down") })
	down("cable cut", "on eth0: link down")
	n.inFar(t, func() { n.ip(t, "link set eth0 up"); n.ip(t, "addr replace 2001:db8::2/64 dev eth0 nodad") })
	up("cable back")
	n.ip(t, "link set eth0 down")
	if err := asked(t, w4, testWait); !errors.Is(err, ErrLinkDown) {
		t.Errorf("switched off: %v", err)
	}
	n.ip(t, "link set eth0 address 02:00:00:00:00:07")
	n.ip(t, "link set eth0 up")
	n.ip(t, "addr replace 2001:db8::1/64 dev eth0 nodad")
	up("another hardware address")
	n.ip(t, "link set eth0 down")
	n.ip(t, "link set eth0 name lan0")
	n.ip(t, "link set lan0 up")
	n.ip(t, "addr replace 2001:db8::1/64 dev lan0 nodad")
	for _, w := range []*Witness{w4, w6} {
		if err := asked(t, w, testWait); err != nil && !errors.Is(err, ErrNoInterface) {
			t.Errorf("renamed: %v", err)
		}
	}
	up("renamed")
	n.inFar(t, func() { n.ip(t, "link set eth0 address 02:00:00:00:00:08") })
	up("the witness has another hardware address")
	n.ip(t, "link del lan0")
	// When it was resolved long ago, it is looked for first, and no network has it.
	if err := asked(t, w4, testWait); !errors.Is(err, ErrNoInterface) && !errors.Is(err, unix.ENETUNREACH) {
		t.Errorf("gone: %v", err)
	}
}

// Replies that are not the witness's are ignored.
func TestKernelAskWrongAnswers(t *testing.T) {
	n := witnessNet(t)
	mac := testMAC(t, n.hardwareAddr(t))
	other := testMAC(t, "02:00:00:00:00:99")
	from, to, third := ip("10.9.0.1"), ip("10.9.0.9"), ip("10.9.0.66")
	answered := make(chan bool, 1)
	n.inFar(t, func() {
		c, err := packet.Listen(farInterface(t), packet.Datagram, unix.ETH_P_ARP, nil)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		t.Cleanup(func() { _ = c.Close(); <-done })
		go func() {
			defer close(done)
			b := make([]byte, 128)
			for {
				if _, _, err := c.ReadFrom(b); err != nil {
					return
				}
				for _, wrong := range [][]byte{
					arpPacket(arpReply, other, third, mac, from),
					arpPacket(arpReply, other, to, mac, third),
					arpPacket(arpReply, other, to, other, from),
					arpPacket(arpRequest, other, to, mac, from),
					gratuitousARP(arpReply, other, to),
					arpPacket(arpReply, other, to, mac, from)[:27],
				} {
					if _, err := c.WriteTo(wrong, &packet.Addr{HardwareAddr: mac}); err != nil {
						return
					}
				}
				select {
				case answered <- true:
				default:
				}
			}
		}()
	})
	unheeded(t, "an address that nobody has", answered, func(ctx context.Context) error { return Ask(ctx, "eth0", from, to) })
}

func TestKernelAsk(t *testing.T) {
	witnessNet(t)
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	tests := []struct {
		iface, from, to string
		want            string
	}{
		{"eth0", "10.9.0.1", "10.9.0.2", ""},
		{"eth0", "2001:db8::1", "2001:db8::2", ""},
		{"eth0", "10.9.0.1", "2001:db8::2", "neighbour solicitation for 2001:db8::2 on eth0: 10.9.0.1 cannot ask for 2001:db8::2: not the same address family"},
		{"eth9", "10.9.0.1", "10.9.0.2", "ARP for 10.9.0.2 on eth9: no such interface"},
		{"lo", "10.9.0.1", "10.9.0.2", "ARP for 10.9.0.2 on lo: interface has no neighbours"},
	}
	for _, tt := range tests {
		err := Ask(ctx, tt.iface, ip(tt.from), ip(tt.to))
		if got := words(err); got != tt.want {
			t.Errorf("Ask(%s, %s): %q, want %q", tt.iface, tt.to, got, tt.want)
		}
	}
	for _, tt := range []struct{ from, to string }{{"10.9.0.1", "10.9.0.2"}, {"", "10.9.0.2"}, {"2001:db8::1", "2001:db8:77::1"}, {"", "::1"}} {
		var from netip.Addr
		if tt.from != "" {
			from = ip(tt.from)
		}
		if err := Ping(ctx, from, ip(tt.to)); err != nil {
			t.Errorf("Ping(%s, %s): %v", tt.from, tt.to, err)
		}
	}
}

// A host that hides from pings answers ARP.
func TestKernelWitnessFiltered(t *testing.T) {
	n := witnessNet(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("needs nft to filter")
	}
	n.inFar(t, func() {
		for _, rule := range []string{"add table inet f", "add chain inet f in { type filter hook input priority 0; }",
			"add rule inet f in icmp type echo-request reject with icmp type admin-prohibited"} {
			run(t, exec.Command("nft", rule))
		}
	})
	err := asked(t, testWitness(t, "10.9.0.2", CheckPing), testWait)
	if words(err) != "ping of 10.9.0.2: filtered, says 10.9.0.2" {
		t.Errorf("pinged: %v", err)
	}
	if err := asked(t, testWitness(t, "10.9.0.2", CheckAuto), testWait); err != nil {
		t.Errorf("asked by ARP: %v", err)
	}
}
