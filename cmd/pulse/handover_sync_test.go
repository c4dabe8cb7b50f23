package main

import (
	"context"
	"hash/maphash"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/director"
	"pacu/ipvs"
	"pacu/lvscf"
)

// fakeSync is a connection table, and what was told of it.
type fakeSync struct {
	mu    sync.Mutex
	table []ipvs.Connection
	told  []string
}

// becomes changes the table.
func (f *fakeSync) becomes(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeSync) read(each func(*ipvs.Connection) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.table {
		if err := each(&c); err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeSync) Tell(c *ipvs.SyncConnection) error {
	f.told = append(f.told, c.Client.String())
	return nil
}
func (f *fakeSync) Flush() error { return nil }
func (f *fakeSync) Close() error {
	f.becomes(func() { f.told = append(f.told, "closed") })
	return nil
}

// take returns what was told since the last look.
func (f *fakeSync) take() []string {
	synctest.Wait()
	var told []string
	f.becomes(func() { told, f.told = f.told, nil })
	return told
}

// TestHandover sees what is told from the offer to hand over until a while
// after the addresses are gone.
func TestHandover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster, err := director.NewCluster(t.Context(), &lvscf.Config{Virtuals: []lvscf.Virtual{{
			Name: "web", Active: true, Protocol: "tcp", Port: 80, Forward: lvscf.Direct, Scheduler: "rr",
			VIP: lvscf.Floating{Addr: netip.MustParseAddr("10.0.0.200")},
		}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		conn := func(client string, state ipvs.ConnectionState) ipvs.Connection {
			return ipvs.Connection{Protocol: ipvs.TCP, Client: netip.MustParseAddrPort(client), Virtual: netip.MustParseAddrPort("10.0.0.200:80"),
				Destination: netip.MustParseAddrPort("10.0.0.11:80"), State: state}
		}
		f := &fakeSync{table: []ipvs.Connection{
			conn("10.0.0.1:1", ipvs.TCPEstablished), conn("10.0.0.1:2", ipvs.TCPTimeWait), conn("10.0.0.1:3", ipvs.TCPSynReceived),
		}}
		var hushed atomic.Int32
		h := &handover{
			events: newJournal(slog.New(slog.NewTextHandler(io.Discard, nil))), read: f.read, work: make(chan struct{}, 1), seed: maphash.MakeSeed(),
			dial:   func(context.Context, ipvs.Daemon) (syncSender, error) { return f, nil },
			hush:   func([]netip.Addr) error { hushed.Add(1); return nil },
			unhush: func() error { hushed.Add(-1); return nil },
			teller: func() (*director.Teller, ipvs.Daemon, bool) {
				return director.NewTeller(cluster), ipvs.Daemon{}, true
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go h.run(ctx)
		expect := func(what string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, f.take()); diff != "" {
				t.Errorf("%s (-want +told):\n%s", what, diff)
			}
		}
		expect("nothing has begun")
		h.begin()
		expect("the offer", "10.0.0.1:1", "10.0.0.1:3")
		time.Sleep(tellEvery)
		expect("nothing is new")
		f.becomes(func() {
			f.table[0].State, f.table[2].State = ipvs.TCPTimeWait, ipvs.TCPEstablished
			f.table = append(f.table, conn("10.0.0.1:4", ipvs.TCPSynReceived))
		})
		time.Sleep(tellEvery)
		expect("news", "10.0.0.1:1", "10.0.0.1:3", "10.0.0.1:4")
		h.end(time.Now().Add(tellAfter))
		f.becomes(func() { f.table = append(f.table, conn("10.0.0.1:5", ipvs.TCPSynReceived)) })
		time.Sleep(tellEvery)
		expect("the addresses are gone", "10.0.0.1:5")
		began := time.Now()
		h.settle(ctx)
		if took := time.Since(began); took < tellAfter-2*tellEvery || took > tellAfter {
			t.Errorf("it ends after %v", took)
		}
		expect("the end", "closed")
		h.settle(ctx)

		h.plan(time.Now().Add(catchUpAfter))
		time.Sleep(catchUpAfter - time.Millisecond)
		expect("the other router is not ready")
		time.Sleep(time.Millisecond)
		expect("it is", "10.0.0.1:3", "10.0.0.1:4", "10.0.0.1:5", "closed")

		h.quiet([]netip.Addr{netip.MustParseAddr("10.0.0.200")})
		time.Sleep(hushFor - time.Millisecond)
		if synctest.Wait(); hushed.Load() != 1 {
			t.Error("refusals are not hushed")
		}
		time.Sleep(time.Millisecond)
		if synctest.Wait(); hushed.Load() != 0 {
			t.Error("refusals are still hushed")
		}
	})
}
