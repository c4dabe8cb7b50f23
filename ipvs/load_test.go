package ipvs

import (
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A size is that of a table: services with as many destinations each.
type size struct{ services, dests int }

func (z size) String() string { return fmt.Sprintf("%dx%d", z.services, z.dests) }

// ops build a table of size z from nothing.
func (z size) ops() []Op {
	ops := make([]Op, 0, z.services*(1+z.dests))
	for s := range z.services {
		k := Key{Protocol: TCP, Addr: netip.AddrFrom4([4]byte{10, 1, byte(s >> 8), byte(s)}), Port: 80}
		ops = append(ops, AddService(Service{Key: k, Scheduler: "wlc"}))
		for d := range z.dests {
			addr := netip.AddrFrom4([4]byte{10, byte(2 + d>>16), byte(d >> 8), byte(d)})
			ops = append(ops, AddDestination(k, Destination{Addr: addr, Port: 80, Forward: Direct, Weight: 1}))
		}
	}
	return ops
}

// sizes are those the rivals are measured at.
var sizes = []size{{1000, 10}, {4000, 10}}

// ipvsadm runs ipvsadm in this thread's namespace, or skips.
func ipvsadm(b testing.TB, stdin string, args ...string) string {
	b.Helper()
	path, err := exec.LookPath("ipvsadm")
	if err != nil {
		b.Skip(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("ipvsadm %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// BenchmarkKernelLoad fills an empty table, by Apply and by ipvsadm -R.
func BenchmarkKernelLoad(b *testing.B) {
	for _, z := range sizes {
		ops := z.ops()
		f := NewFake()
		if err := f.Apply(ops); err != nil {
			b.Fatal(err)
		}
		rules := f.String()
		load := func(b *testing.B, fn func(*Client)) {
			for b.Loop() {
				b.StopTimer()
				c := dialKernel(b)
				b.StartTimer()
				fn(c)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ops)), "ns/change")
		}
		b.Run(z.String()+"/apply", func(b *testing.B) {
			load(b, func(c *Client) {
				if err := c.Apply(ops); err != nil {
					b.Fatal(err)
				}
			})
		})
		b.Run(z.String()+"/ipvsadm", func(b *testing.B) {
			load(b, func(*Client) { ipvsadm(b, rules, "-R") })
		})
	}
}

// BenchmarkKernelDump reads a whole table, by this package and by ipvsadm -Sn.
func BenchmarkKernelDump(b *testing.B) {
	for _, z := range sizes {
		filled := func(b *testing.B) *Client {
			c := dialKernel(b)
			if err := c.Apply(z.ops()); err != nil {
				b.Fatal(err)
			}
			return c
		}
		b.Run(z.String()+"/read", func(b *testing.B) {
			c := filled(b)
			b.ReportAllocs()
			var buf []DestinationStatus
			for b.Loop() {
				readAll(b, c, &buf)
			}
		})
		b.Run(z.String()+"/ipvsadm", func(b *testing.B) {
			filled(b)
			for b.Loop() {
				ipvsadm(b, "", "-Sn")
			}
		})
	}
}

// BenchmarkKernelScale shows what a destination costs as the table grows: flat,
// but for the kernel's chains. It has 256 for services (ip_vs_svc_table) and
// walks one for each destination added or listed; and the destinations of a
// service are one list, which it walks for each that is added, changed or
// taken away (ip_vs_lookup_dest). The processor's time tells this program's
// part from the kernel's, even on a machine that is not idle.
func BenchmarkKernelScale(b *testing.B) {
	for _, z := range []size{{1000, 10}, {10000, 10}, {100, 100}, {1000, 100}, {10, 1000}, {1, 10000}} {
		ops := z.ops()
		b.Run(z.String()+"/apply", func(b *testing.B) {
			var m meter
			for b.Loop() {
				b.StopTimer()
				c := dialKernel(b)
				b.StartTimer()
				m.start(b)
				if err := c.Apply(ops); err != nil {
					b.Fatal(err)
				}
				m.stop(b)
			}
			m.report(b, z)
		})
		b.Run(z.String()+"/read", func(b *testing.B) {
			var m meter
			c := dialKernel(b)
			if err := c.Apply(ops); err != nil {
				b.Fatal(err)
			}
			var buf []DestinationStatus
			for b.Loop() {
				m.start(b)
				readAll(b, c, &buf)
				m.stop(b)
			}
			m.report(b, z)
		})
	}
}

// A meter adds up the processor's time of this program, and of the kernel on
// its behalf.
type meter struct {
	from      unix.Rusage
	user, sys int64 // nanoseconds
}

func (m *meter) start(b *testing.B) { m.from = rusage(b) }

func (m *meter) stop(b *testing.B) {
	to := rusage(b)
	m.user += to.Utime.Nano() - m.from.Utime.Nano()
	m.sys += to.Stime.Nano() - m.from.Stime.Nano()
}

func (m *meter) report(b *testing.B, z size) {
	n := float64(b.N * z.services * z.dests)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/dest")
	b.ReportMetric(float64(m.user)/n, "user-ns/dest")
	b.ReportMetric(float64(m.sys)/n, "kernel-ns/dest")
}

func rusage(b *testing.B) (r unix.Rusage) {
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return r
}

// readAll reads the table through buf.
func readAll(b *testing.B, c *Client, buf *[]DestinationStatus) {
	all, err := c.Services()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range all {
		if *buf, err = c.DestinationsOf(s.Key, (*buf)[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
