package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
	"pacu/lab"
	"pacu/lvscf"
	"pacu/vip"
)

var (
	gateway = netip.MustParseAddr("10.10.1.1")
	other   = netip.MustParseAddr("10.10.1.254")
)

// A witnessBed asks fake witnesses, which answer or are silent as it says.
type witnessBed struct {
	*witnesses
	t     *testing.T
	began time.Time
	done  chan error

	mu     sync.Mutex
	silent map[netip.Addr]error
	asked  map[netip.Addr]int
	open   int
	log    []string // verdicts that turned
}

type fakeWitness struct {
	bed  *witnessBed
	addr netip.Addr
}

// Ask answers after 1 ms, fails at once, or for errSilent when ctx ends.
func (f fakeWitness) Ask(ctx context.Context) error {
	f.bed.mu.Lock()
	f.bed.asked[f.addr]++
	err := f.bed.silent[f.addr]
	f.bed.mu.Unlock()
	if errors.Is(err, errSilent) {
		<-ctx.Done()
		return err
	}
	time.Sleep(time.Millisecond)
	return err
}

func (f fakeWitness) How() vip.Check { return vip.CheckARP }

func (f fakeWitness) Close() error {
	f.bed.mu.Lock()
	defer f.bed.mu.Unlock()
	f.bed.open--
	return nil
}

var errSilent = errors.New("no answer")

func newWitnessBed(t *testing.T, set witnessSettings) *witnessBed {
	b := &witnessBed{t: t, began: time.Now(), done: make(chan error, 1), silent: make(map[netip.Addr]error), asked: make(map[netip.Addr]int)}
	b.witnesses = newWitnesses(set, func(addr netip.Addr, _ vip.Check, _ []netip.Addr) asker {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.open++
		return fakeWitness{b, addr}
	}, func(addr netip.Addr, ok bool, why string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.log = append(b.log, fmt.Sprintf("%v %s %v %s", time.Since(b.began), addr, ok, why))
	})
	ctx, stop := context.WithCancel(t.Context())
	go func() { b.done <- b.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-b.done; err != nil || b.open != 0 {
			t.Errorf("%v, %d witnesses open", err, b.open)
		}
	})
	b.pass(time.Millisecond) // the clocks of asking and of the test stay apart
	return b
}

func (b *witnessBed) set(addr netip.Addr, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent[addr] = err
}

// pass lets time pass and checks which verdicts turned in it.
func (b *witnessBed) pass(d time.Duration, want ...string) {
	b.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.Sort(b.log)
	if diff := cmp.Diff(want, b.log, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	b.log = nil
}

func (b *witnessBed) wantCut(want string) {
	b.t.Helper()
	cut, why := b.cut()
	if cut != (want != "") || why != want {
		b.t.Errorf("cut %v %q, want %q", cut, why, want)
	}
}

// twoWitnesses are asked each 250 ms, and lost after 1 s.
func twoWitnesses(quorum int) witnessSettings {
	return witnessSettings{addrs: []netip.Addr{gateway, other}, quorum: quorum, every: 250 * time.Millisecond, deadtime: time.Second}
}

func TestWitnesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newWitnessBed(t, twoWitnesses(1))
		b.pass(980 * time.Millisecond)
		b.set(gateway, errSilent)
		b.pass(1100*time.Millisecond, "2s 10.10.1.1 false no answer") // the last answer was at 751 ms
		b.wantCut("")
		b.set(other, errors.New("the link is down"))
		b.pass(800 * time.Millisecond)
		b.wantCut("")
		b.pass(200*time.Millisecond, "3.001s 10.10.1.254 false the link is down")
		b.wantCut("0 of 2 witnesses answer, 1 must: no answer from 10.10.1.1, 10.10.1.254")
		b.set(gateway, nil)
		b.pass(250*time.Millisecond, "3.251s 10.10.1.1 true answered in 1ms")
		b.wantCut("")
		want := []control.Witness{
			{Address: gateway, How: "arp", OK: true, Why: "answered in 1ms", Since: b.began.Add(3251 * time.Millisecond)},
			{Address: other, How: "arp", OK: false, Why: "the link is down", Since: b.began.Add(3001 * time.Millisecond)},
		}
		if diff := cmp.Diff(want, b.state(), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
	})
}

// Until deadtime has passed, a witness never heard counts as there.
func TestWitnessesStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newWitnessBed(t, twoWitnesses(2))
		b.pass(100 * time.Millisecond)
		b.set(gateway, errSilent)
		b.configure(witnessSettings{})
		b.wantCut("")
		b.configure(twoWitnesses(2))
		b.pass(998 * time.Millisecond)
		b.wantCut("")
		b.pass(100*time.Millisecond, "1.101s 10.10.1.1 false no answer")
		b.wantCut("1 of 2 witnesses answer, 2 must: no answer from 10.10.1.1")
	})
}

// A pulse that slept asks twice before it believes that a witness is lost.
func TestWitnessesAfterSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := twoWitnesses(1)
		set.deadtime = 10 * time.Millisecond
		b := newWitnessBed(t, set)
		b.pass(500 * time.Millisecond)
		b.set(gateway, errSilent)
		b.pass(300 * time.Millisecond) // one question at 750 ms, without an answer at 1 s
		b.set(gateway, nil)
		b.pass(500 * time.Millisecond)
		b.set(gateway, errSilent)
		b.pass(time.Second, "2s 10.10.1.1 false no answer")
	})
}

func TestWitnessesConfigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newWitnessBed(t, twoWitnesses(1))
		b.pass(100 * time.Millisecond)
		b.set(gateway, errSilent)
		b.pass(2*time.Second, "1.25s 10.10.1.1 false no answer")
		// The lost one stays lost, whether it goes on being asked or anew.
		b.configure(twoWitnesses(2))
		b.wantCut("1 of 2 witnesses answer, 2 must: no answer from 10.10.1.1")
		slow := twoWitnesses(2)
		slow.every = time.Second
		b.configure(slow)
		b.wantCut("1 of 2 witnesses answer, 2 must: no answer from 10.10.1.1")
		synctest.Wait()
		b.mu.Lock()
		clear(b.asked)
		b.mu.Unlock()
		b.set(gateway, nil)
		b.pass(3500*time.Millisecond, "3.102s 10.10.1.1 true answered in 1ms")
		if diff := cmp.Diff(map[netip.Addr]int{gateway: 3, other: 3}, b.asked, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		b.configure(witnessSettings{})
		b.pass(time.Second)
		if len(b.state()) != 0 || b.open != 0 {
			t.Errorf("%v, %d open", b.state(), b.open)
		}
	})
}

// A hostWitness asks from within a host of the lab.
type hostWitness struct {
	asker
	host *lab.Host
}

// Ask asks on the host.
func (w hostWitness) Ask(ctx context.Context) error {
	return w.host.Do(func() error { return w.asker.Ask(ctx) })
}

// Real witnesses are found by ARP on their own network and by ping beyond it,
// lost when the network is cut, and found again.
func TestKernelWitnesses(t *testing.T) {
	if err := lab.Check(); err != nil {
		t.Skip(err)
	}
	n := lab.New("witness")
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	lan := n.Switch("lan")
	router, gw := n.Host("router"), n.Host("gateway")
	router.Plug(lan, "eth0", "10.10.1.2/24")
	gw.Plug(lan, "eth0", "10.10.1.1/24")
	gw.Plug(n.Switch("wan"), "eth1", "10.10.2.1/24")
	router.Route("default", "10.10.1.1")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	beyond := netip.MustParseAddr("10.10.2.1")
	turned := make(chan string, 10)
	w := newWitnesses(witnessSettings{addrs: []netip.Addr{gateway, beyond}, quorum: 1, every: time.Second, deadtime: 3 * time.Second},
		func(addr netip.Addr, check vip.Check, floating []netip.Addr) asker {
			return hostWitness{realWitness(addr, check, floating), router}
		},
		func(addr netip.Addr, ok bool, _ string) { turned <- fmt.Sprint(addr, " ", ok) })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.run(ctx) }()
	turns := func(want bool) {
		t.Helper()
		got := []string{<-turned, <-turned}
		slices.Sort(got)
		if diff := cmp.Diff([]string{fmt.Sprint(gateway, " ", want), fmt.Sprint(beyond, " ", want)}, got); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
		if cut, why := w.cut(); cut == want {
			t.Errorf("cut %v: %s", cut, why)
		}
	}
	if err := gw.Cut("eth0"); err != nil {
		t.Fatal(err)
	}
	turns(false)
	if err := gw.Mend("eth0"); err != nil {
		t.Fatal(err)
	}
	turns(true)
	for i, how := range []string{"arp", "ping"} {
		if got := w.state()[i]; got.How != how || !got.OK {
			t.Errorf("%+v, want it found by %s", got, how)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWitnessesOf(t *testing.T) {
	cfg := &lvscf.Config{Keepalive: 100 * time.Millisecond, Deadtime: 300 * time.Millisecond, Witnesses: []netip.Addr{gateway}, WitnessQuorum: 1, WitnessCheck: "ping"}
	floating := []netip.Addr{netip.MustParseAddr("10.10.1.100")}
	got, err := witnessesOf(cfg, floating)
	want := witnessSettings{
		addrs: cfg.Witnesses, quorum: 1, check: vip.CheckPing, every: 200 * time.Millisecond, deadtime: 300 * time.Millisecond, floating: floating,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(witnessSettings{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	cfg.WitnessCheck = "smoke"
	if _, err := witnessesOf(cfg, nil); err == nil || err.Error() != `witness_check: "smoke" is neither auto, arp nor ping` {
		t.Error(err)
	}
	if _, err := witnessesOf(&lvscf.Config{}, nil); err != nil {
		t.Errorf("without witnesses: %v", err)
	}
}
