package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func at(addr string) Target { return Target{Addr: netip.MustParseAddr(addr), Port: 7} }

// TestKernelPing pings by ping sockets and by raw ones.
func TestKernelPing(t *testing.T) {
	newCable(t)
	for _, kind := range []struct{ name, groups string }{{"raw", "1 0"}, {"ping", fmt.Sprintf("%d %[1]d", os.Getegid())}} {
		set(t, "/proc/sys/net/ipv4/ping_group_range", kind.groups)
		for _, tt := range []struct {
			to    string
			way   Way
			up    bool
			why   string
			about string
		}{
			{"127.0.0.1", Way{Timeout: long}, true, `answered in [\d.]+ m?s`, "itself"},
			{"10.9.0.2", Way{Timeout: long}, true, `answered in [\d.]+ m?s`, "there"},
			{"::ffff:10.9.0.2", Way{Timeout: long}, true, `answered in [\d.]+ m?s`, "there, written as IPv6"},
			{"fd09::2", Way{Timeout: long}, true, `answered in [\d.]+ m?s`, "there, IPv6"},
			{"10.9.0.2", Way{Timeout: long, Source: netip.MustParseAddr("10.9.0.1"), Mark: 7}, true, `answered .*`, "source and mark"},
			{"fd09::2", Way{Timeout: long, Source: netip.MustParseAddr("fd09::1"), Mark: 7}, true, `answered .*`, "source and mark, IPv6"},
			{"10.9.0.2", Way{Timeout: long, Source: netip.MustParseAddr("10.9.0.9")}, false, `cannot assign requested address.*`, "foreign source"},
			{"10.9.0.2", Way{Timeout: long, Source: netip.MustParseAddr("fd09::1")}, false, `from fd09::1: one is IPv4, the other IPv6`, "source of another family"},
			{"10.9.0.77", Way{Timeout: long}, false, `host unreachable, says this router`, "nobody has the address"},
			{"fd09::77", Way{Timeout: long}, false, `host unreachable, says this router`, "nobody has the address, IPv6"},
			{"10.10.1.1", Way{Timeout: long}, false, `host unreachable, says 10.9.0.2`, "no way from there"},
			{"10.10.2.1", Way{Timeout: long}, false, `filtered, says 10.9.0.2`, "prohibited"},
			{"10.10.3.1", Way{Timeout: 200 * time.Millisecond}, false, `no answer in 200 ms`, "black hole"},
			{"fd10:1::1", Way{Timeout: long}, false, `network unreachable, says fd09::2`, "no way from there, IPv6"},
			{"fd10:2::1", Way{Timeout: long}, false, `host prohibited, says fd09::2`, "prohibited, IPv6"},
			{"192.0.2.1", Way{Timeout: long}, false, `network is unreachable.*`, "no way from here"},
			{"fe80::1%nowhere", Way{Timeout: long}, false, `interface nowhere: .*`, "no such interface"},
		} {
			ctx := WithSteps(t.Context(), func(s string) {
				if strings.HasPrefix(s, "sent once more") && tt.way.Timeout == long {
					t.Errorf("to %s: %s", tt.to, s) // it did not hear the first answer
				}
			})
			got := Ping{tt.way}.Probe(ctx, at(tt.to))
			wantResult(t, got, tt.up, tt.why)
			if t.Failed() {
				t.Fatalf("by %s sockets, to %s: %s", kind.name, tt.to, tt.about)
			}
		}
	}
	link, err := net.InterfaceByName("eth0")
	if err != nil {
		t.Fatal(err)
	}
	addrs, err := link.Addrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p := netip.MustParsePrefix(a.String()); p.Addr().IsLinkLocalUnicast() {
			to := Target{Addr: p.Addr().WithZone("eth0")}
			wantResult(t, Ping{Way{Timeout: long}}.Probe(t.Context(), to), true, `answered .*`)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantResult(t, Ping{Way{Timeout: long}}.Probe(ctx, at("10.9.0.2")), false, "given up")
	forbidRaw(t)
	wantResult(t, Ping{Way{Timeout: long}}.Probe(t.Context(), at("10.9.0.2")), true, `answered .*`)
	set(t, "/proc/sys/net/ipv4/ping_group_range", "1 0")
	wantResult(t, Ping{Way{Timeout: long}}.Probe(t.Context(), at("10.9.0.2")), false,
		fmt.Sprintf(`may not ping: group %d is not in net.ipv4.ping_group_range: sysctl -w net.ipv4.ping_group_range="0 2147483647" lets everybody`, os.Getegid()))
}

// forbidRaw takes CAP_NET_RAW from this thread, which nothing else will use.
func forbidRaw(t *testing.T) {
	t.Helper()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&head, &data[0]); err != nil {
		t.Fatal(err)
	}
	data[0].Effective &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&head, &data[0]); err != nil {
		t.Fatal(err)
	}
}

// TestKernelRefused is what UDP hears of ICMP, from the server, a router on the
// way, and this one.
func TestKernelRefused(t *testing.T) {
	c := newCable(t)
	send := SendExpect{UDP: true, Send: "ping", Expect: prefix("pong"), Way: Way{Timeout: long}}
	for _, tt := range []struct{ to, why string }{
		{"10.9.0.2", "port unreachable"},
		{"fd09::2", "port unreachable"},
		{"10.9.0.77", "host unreachable, says this router"},
		{"fd09::77", "host unreachable, says this router"},
		{"10.10.1.1", "host unreachable, says 10.9.0.2"},
		{"10.10.2.1", "filtered, says 10.9.0.2"},
		{"fd10:1::1", "network unreachable, says fd09::2"},
		{"fd10:2::1", "host prohibited, says fd09::2"},
	} {
		wantProbe(t, UDP{Way{Timeout: refusalLimit}}, at(tt.to), false, tt.why)
		if strings.Contains(tt.why, "says 10.9") {
			continue // there are few of these
		}
		wantResult(t, send.Probe(t.Context(), at(tt.to)), false, "got nothing: "+tt.why+`, expected "pong"`)
		wantResult(t, DNS{Way: Way{Timeout: long}}.Probe(t.Context(), at(tt.to)), false, tt.why)
	}

	// A way too narrow for the request is no refusal: it is sent again, in pieces,
	// of which nothing is heard.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var steps []string
	ctx = WithSteps(ctx, func(s string) {
		if steps = append(steps, s); len(steps) == 2 {
			time.AfterFunc(500*time.Millisecond, cancel)
		}
	})
	c.inFar(t, func() {
		c.run(t, "ip link add narrow mtu 1280 type veth peer name narrow1", "ip link set narrow up", "ip link set narrow1 up", "ip address add 10.10.4.1/24 dev narrow",
			"ip neighbour add 10.10.4.2 dev narrow lladdr 02:00:00:00:00:02")
	})
	q := wordInquiry(long, long)
	q.request = make([]byte, 1400)
	wantResult(t, Way{Timeout: long}.ask(ctx, at("10.10.4.2"), q), false, "given up")
	if want := []string{"sent: 1400 bytes", "sent once more: 1400 bytes", "given up"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}

	// What this router's own interface drops was only lost.
	c.run(t, "tc qdisc replace dev eth0 root tbf rate 1kbit burst 10 limit 10")
	q = wordInquiry(50*time.Millisecond, 20*time.Millisecond)
	wantResult(t, Way{Timeout: long}.ask(t.Context(), at("10.9.0.2"), q), false, "no answer in 50 ms, but this router had no room to send it")
}

func TestEchoJudge(t *testing.T) {
	v4 := echo{id: [2]byte{1, 2}, cookie: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}}
	v6, raw := v4, v4
	v6.v6, raw.raw = true, true
	header := append([]byte{0x45}, make([]byte, 19)...)
	reply := func(kind byte) []byte {
		b := v4.request()
		b[0] = kind
		return b
	}
	change := func(i int) []byte { b := reply(0); b[i] ^= 1; return b }
	for _, tt := range []struct {
		name string
		echo echo
		b    []byte
		up   bool
	}{
		{"reply", v4, reply(0), true},
		{"reply, IPv6", v6, reply(129), true},
		{"reply with a header", raw, append(header, reply(0)...), true},
		{"reply with options", raw, append([]byte{0x46}, append(make([]byte, 23), reply(0)...)...), true},
		{"request", v4, reply(8), false},
		{"request, IPv6", v6, reply(128), false},
		{"reply of IPv4 for IPv6", v6, reply(0), false},
		{"another id at a ping socket", v4, change(4), true},
		{"another id at a raw socket", raw, append(header, change(4)...), false},
		{"another sequence", v4, change(7), false},
		{"another cookie", v4, change(15), false},
		{"short", v4, reply(0)[:15], false},
		{"empty", v4, nil, false},
		{"short header", raw, header[:10], false},
		{"header alone", raw, header, false},
		{"header that lies", raw, []byte("\x4f23456789012345678901234567890"), false},
	} {
		if v := tt.echo.judge(tt.b); v.up != tt.up || v.decided != tt.up {
			t.Errorf("%s: %+v", tt.name, v)
		}
	}
	// RFC 1071: what is sent sums up to all ones.
	if got := checksum(v4.request()); got != 0 {
		t.Errorf("checksum of a message with its checksum: %#x", got)
	}
}

func FuzzEchoJudge(f *testing.F) {
	e := echo{cookie: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}}
	f.Add(e.request(), true, false)
	f.Add(append(append([]byte{0x45}, make([]byte, 19)...), e.request()...), false, true)
	f.Fuzz(func(t *testing.T, b []byte, v6, raw bool) {
		e := e
		e.v6, e.raw = v6, raw
		if v := e.judge(b); v.up != v.decided || v.why == "" {
			t.Errorf("%+v", v)
		}
	})
}
