package vip

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// many are n addresses in 10.20.0.0/16, on eth0.
func many(n, bits int) []Address {
	addrs := make([]Address, n)
	for i := range addrs {
		ip := netip.AddrFrom4([4]byte{10, 20, byte(i / 250), byte(i%250 + 1)})
		addrs[i] = Address{Prefix: netip.PrefixFrom(ip, bits), Interface: "eth0", Label: "eth0"}
	}
	return addrs
}

func noErrors(t testing.TB, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkRaise1000 is what a takeover does with 1,000 addresses: bring them
// up, announce them once; and the way back. Its peer, iproute2 with one batch,
// adds and deletes them.
func BenchmarkRaise1000(b *testing.B) { raise(b, 1000) }

// BenchmarkRaise4000 does it with 4,000.
func BenchmarkRaise4000(b *testing.B) { raise(b, 4000) }

func raise(b *testing.B, n int) {
	for _, bits := range []int{32, 16} {
		addrs := many(n, bits)
		add, remove := ipBatch(b, "add", addrs), ipBatch(b, "del", addrs)
		iproute2 := func(b *testing.B, path string) { run(b, exec.Command("ip", "-batch", path)) }
		ways := []struct {
			name     string
			up, down func(*testing.B, *Conn)
		}{
			{"pacu", func(b *testing.B, c *Conn) { noErrors(b, c.AddAll(addrs)) }, func(b *testing.B, c *Conn) { noErrors(b, c.RemoveAll(addrs)) }},
			{"iproute2", func(b *testing.B, _ *Conn) { iproute2(b, add) }, func(b *testing.B, _ *Conn) { iproute2(b, remove) }},
			{"announced", func(b *testing.B, c *Conn) {
				noErrors(b, c.AddAll(addrs))
				if err := Announce(b.Context(), addrs, Plan{Rounds: 1}); err != nil {
					b.Fatal(err)
				}
			}, nil},
		}
		for _, way := range ways {
			b.Run(fmt.Sprintf("up-%d/%s", bits, way.name), func(b *testing.B) {
				newTestNet(b)
				c := testConn(b)
				for b.Loop() {
					way.up(b, c)
					b.StopTimer()
					noErrors(b, c.RemoveAll(addrs))
					b.StartTimer()
				}
			})
			if way.down == nil {
				continue
			}
			b.Run(fmt.Sprintf("down-%d/%s", bits, way.name), func(b *testing.B) {
				newTestNet(b)
				c := testConn(b)
				for b.Loop() {
					b.StopTimer()
					noErrors(b, c.AddAll(addrs))
					b.StartTimer()
					way.down(b, c)
				}
			})
		}
	}
}

// ipBatch writes the commands of "ip -batch" that add or delete addrs, the
// first last, since its removal would take the others with it.
func ipBatch(b *testing.B, verb string, addrs []Address) (path string) {
	b.Helper()
	var text strings.Builder
	for i := range addrs {
		a := addrs[i]
		if verb == "del" {
			a = addrs[len(addrs)-1-i]
		}
		fmt.Fprintf(&text, "address %s %s dev %s\n", verb, a.Prefix, a.Interface)
	}
	path = filepath.Join(b.TempDir(), verb)
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
