package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// TestMain is a nanny in the processes that nannies starts here.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "--control-fd" || os.Args[1] == "--once") {
		fakeNanny(os.Args)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fakeNanny finds all servers up at once, and says it again at every order. A
// last argument of "10.0.0.9=WORD" has the nanny of that server misbehave.
func fakeNanny(args []string) {
	if slices.Contains(args, "--json") {
		fakeProbes()
		return
	}
	if args[1] == "--once" {
		orders, err := io.ReadAll(os.Stdin)
		fmt.Printf("%d orders, %v\n", strings.Count(string(orders), "\n"), err)
		if strings.Contains(string(orders), "10.0.0.9") {
			os.Exit(1)
		}
		return
	}
	conn, err := control.Inherited(3)
	if err != nil {
		panic(err)
	}
	server, word, _ := strings.Cut(args[len(args)-1], "=")
	if server != args[slices.Index(args, "--address")+1] {
		word = ""
	}
	for o, err := range control.Orders(conn) {
		if err != nil {
			panic(err)
		}
		for _, w := range o.Watches {
			r := control.Report{
				Server: o.Server, Service: w.Key(), RealPort: w.RealPort, Health: control.Up, Weight: w.Weight,
				Why: fmt.Sprint("known ", w.Known), Took: control.Duration(time.Millisecond), Next: w.Interval,
			}
			switch word {
			case "dies":
				os.Exit(3)
			case "babbles":
				_, _ = io.WriteString(conn, "panic: nonsense\n")
			case "meddles":
				r.Server = netip.MustParseAddr("10.0.0.1")
			case "stops":
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
			line, err := control.AppendReport(nil, r)
			if err != nil {
				panic(err)
			}
			if _, err := conn.Write(line); err != nil {
				return // pulse has ended
			}
		}
	}
}

// fakeOrders watch each server "10.0.0.N" in one service with this weight.
func fakeOrders(weight int, servers ...int) map[netip.Addr]control.Order {
	return fakeOrdersEvery(time.Minute, weight, servers...)
}

// fakeOrdersEvery are fakeOrders with this interval.
func fakeOrdersEvery(interval time.Duration, weight int, servers ...int) map[netip.Addr]control.Order {
	orders := make(map[netip.Addr]control.Order)
	for _, n := range servers {
		a := netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})
		orders[a] = control.Order{Server: a, Watches: []control.Watch{{
			Protocol: "tcp", Address: netip.MustParseAddr("10.10.1.30"), Port: 80, RealPort: 80, Forward: "nat", Weight: weight,
			Interval: control.Duration(interval),
		}}}
	}
	return orders
}

// fakeNannies are nannies with fake processes, and what they reported.
type fakeNannies struct {
	*nannies
	stop context.CancelFunc

	mu    sync.Mutex
	heard []string
	fresh chan struct{} // holds one token when there is more
}

func newFakeNannies(t *testing.T, misbehave string) *fakeNannies {
	t.Helper()
	f := &fakeNannies{fresh: make(chan struct{}, 1)}
	f.nannies = &nannies{
		program: everyonesCopy(t), args: []string{misbehave},
		log: func(_ control.Level, _, _, message string, _ ...any) { t.Log(message) },
		known: func(o control.Order) control.Order {
			o.Watches = slices.Clone(o.Watches)
			for i := range o.Watches {
				o.Watches[i].Known = control.Down
			}
			return o
		},
		report: func(a netip.Addr, r control.Report, _ time.Time) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.heard = append(f.heard, fmt.Sprintf("%s %d %s", a, r.Weight, r.Why))
			wake(f.fresh)
		},
	}
	f.ctx, f.stop = context.WithCancel(t.Context())
	t.Cleanup(func() {
		f.stop()
		for _, n := range f.states() { // one that is stopped cannot end by itself
			if n.Pid > 0 {
				_ = syscall.Kill(n.Pid, syscall.SIGKILL)
			}
		}
		f.wait()
	})
	return f
}

// everyonesCopy is a copy of this program that every user may run.
func everyonesCopy(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pulse")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "nanny")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// What another test starts meanwhile would have the file open for writing for
	// a moment more, and nobody could run it.
	syscall.ForkLock.RLock()
	err = errors.Join(os.WriteFile(bin, self, 0o700), os.Chmod(bin, 0o755)) // whatever the umask
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// expect waits until the reports since the last call are these, in any order.
func (f *fakeNannies) expect(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	limit := time.After(time.Minute)
	for {
		f.mu.Lock()
		heard := slices.Sorted(slices.Values(f.heard))
		if len(heard) >= len(want) {
			f.heard = nil
		}
		f.mu.Unlock()
		if len(heard) >= len(want) {
			if diff := cmp.Diff(want, heard); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
			return
		}
		select {
		case <-f.fresh:
		case <-limit:
			t.Fatalf("reports %q, want %q", heard, want)
		}
	}
}

// by are the nannies by what they watch.
func (f *fakeNannies) by() map[string]control.Nanny {
	m := make(map[string]control.Nanny)
	for _, n := range f.states() {
		m[n.Watched()] = n
	}
	return m
}
