package director

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pacu/ipvs"
	"pacu/lvscf"
)

// largeText is an lvs.cf of so many virtuals and servers in all, as
// keepalived's users have reported them.
func largeText(virtuals, servers int) []byte {
	var b strings.Builder
	b.WriteString("primary = 192.0.2.1\nnetwork = direct\n")
	next := 0
	for i := range virtuals {
		fmt.Fprintf(&b, "virtual v%d {\n active = 1\n address = %s eth0:1\n port = 80\n", i, netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}))
		for n := servers * (i + 1) / virtuals; next < n; next++ {
			fmt.Fprintf(&b, " server s%d {\n  address = %s\n  active = 1\n  weight = 1\n }\n", next, netip.AddrFrom4([4]byte{10, byte(2 + next>>16), byte(next >> 8), byte(next)}))
		}
		b.WriteString("}\n")
	}
	return []byte(b.String())
}

// large is a director of such a file, all servers up and in the kernel.
func large(b *testing.B, text []byte) (*machine, *Director, *Cluster) {
	b.Helper()
	m := newMachine()
	d := m.director()
	c := cluster(b, string(text))
	d.Configure(c)
	for i := range c.Services {
		s := c.Services[i]
		for _, rs := range s.Servers {
			d.Judge(ServerKey{s.Key, rs.Addr, rs.Port}, Verdict{Up: true, Weight: 1}, false)
		}
	}
	if _, err := d.Reconcile(); err != nil {
		b.Fatal(err)
	}
	return m, d, c
}

// BenchmarkReloadUnchanged is a reload of the largest table that keepalived's
// users have reported, with nothing changed, from the file's text to done.
func BenchmarkReloadUnchanged(b *testing.B) {
	text := largeText(2277, 37205)
	m, d, _ := large(b, text)
	step := func(b *testing.B, parse bool) {
		b.ReportAllocs()
		sent := m.kernel.Sent()
		var c *Cluster
		for b.Loop() {
			if parse || c == nil {
				cfg, problems := lvscf.Read("lvs.cf", text)
				if cfg == nil {
					b.Fatal(problems.Err())
				}
				var err error
				if c, err = NewCluster(b.Context(), cfg, nil); err != nil {
					b.Fatal(err)
				}
			}
			d.Configure(c)
			if r, err := d.Reconcile(); err != nil || len(r.Changes) > 0 {
				b.Fatal(steps(r.Changes), err)
			}
		}
		b.ReportMetric(float64(m.kernel.Sent()-sent)/float64(b.N), "messages/op")
	}
	b.Run("file", func(b *testing.B) { step(b, true) })
	b.Run("cluster", func(b *testing.B) { step(b, false) })
}

// BenchmarkNewCluster is the part of a reload between the parser and the
// director.
func BenchmarkNewCluster(b *testing.B) {
	cfg, problems := lvscf.Read("lvs.cf", largeText(2277, 37205))
	if cfg == nil {
		b.Fatal(problems.Err())
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewCluster(b.Context(), cfg, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan is what the console waits for before each save.
func BenchmarkPlan(b *testing.B) {
	_, d, c := large(b, largeText(2277, 37205))
	b.ReportAllocs()
	for b.Loop() {
		if steps, err := d.Plan(c); err != nil || len(steps) > 0 {
			b.Fatal(steps, err)
		}
	}
}

// BenchmarkVerdict is one server that goes down or comes up, in tables of
// growing size: it costs what its service costs.
func BenchmarkVerdict(b *testing.B) {
	for _, n := range []int{40, 400, 4000} {
		b.Run(fmt.Sprintf("%dx10", n), func(b *testing.B) {
			m, d, c := large(b, largeText(n, 10*n))
			rs := c.Services[n/2].Servers[3]
			key := ServerKey{c.Services[n/2].Key, rs.Addr, rs.Port}
			up := true
			b.ReportAllocs()
			sent := m.kernel.Sent()
			for b.Loop() {
				up = !up
				d.Judge(key, Verdict{Up: up, Weight: 1}, false)
				if r, err := d.Reconcile(); err != nil || len(r.Changes) != 1 {
					b.Fatal(steps(r.Changes), err)
				}
			}
			b.ReportMetric(float64(m.kernel.Sent()-sent)/float64(b.N), "messages/op")
		})
	}
}

// BenchmarkLook is the steady watch over a large table: a pass of pulse's, and
// the whole table.
func BenchmarkLook(b *testing.B) {
	m, d, _ := large(b, largeText(4000, 40000))
	for _, budget := range []time.Duration{5 * time.Millisecond, time.Minute} {
		b.Run(budget.String(), func(b *testing.B) {
			b.ReportAllocs()
			sent := m.kernel.Sent()
			for b.Loop() {
				if found, err := d.Look(budget); err != nil || len(found) > 0 {
					b.Fatal(found, err)
				}
			}
			b.ReportMetric(float64(m.kernel.Sent()-sent)/float64(b.N), "messages/op")
		})
	}
}

// BenchmarkIdle is a pass over a large table in which nothing is due.
func BenchmarkIdle(b *testing.B) {
	_, d, _ := large(b, largeText(4000, 40000))
	b.ReportAllocs()
	for b.Loop() {
		if r, err := d.Reconcile(); err != nil || !r.Empty() {
			b.Fatal(r, err)
		}
	}
}

var _ Kernel = (*ipvs.Fake)(nil)

// takesAll is a table that is empty and takes every change.
type takesAll struct{ *ipvs.Fake }

func (takesAll) Apply([]ipvs.Op) error { return nil }

// BenchmarkLoad is all that a starting pulse does for its table but the
// kernel's part, from the file's text on, without probes.
func BenchmarkLoad(b *testing.B) {
	text := []byte(strings.ReplaceAll(string(largeText(1000, 10000)), " port = 80\n", " port = 80\n check = none\n"))
	b.ReportAllocs()
	for b.Loop() {
		cfg, problems := lvscf.Read("lvs.cf", text)
		if cfg == nil {
			b.Fatal(problems.Err())
		}
		c, err := NewCluster(b.Context(), cfg, nil)
		if err != nil {
			b.Fatal(err)
		}
		m := newMachine()
		d := New(takesAll{m.kernel}, m.addresses, m.firewall, m.sysctls)
		d.Configure(c)
		if r, err := d.Reconcile(); err != nil || len(r.Changes) != 11000 {
			b.Fatal(len(r.Changes), err)
		}
	}
}
