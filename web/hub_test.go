package web

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
)

// TestHubAsksOnlyWhileWatched counts the questions to pulse.
func TestHubAsksOnlyWhileWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePulse{snap: snapshot(time.Now())}
		h := newHub(p, filepath.Join(t.TempDir(), "lvs.cf"), "lvs-01")
		time.Sleep(time.Minute)
		if p.asked != 0 {
			t.Errorf("asked %d times before anybody watched", p.asked)
		}
		leave := []func(){h.join(""), h.join(""), h.join("")}
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if p.asked != 11 {
			t.Errorf("asked %d times in 10 s for 3 viewers", p.asked)
		}
		for _, l := range leave {
			l()
			l() // leaving twice is leaving once
		}
		p.asked = 0
		time.Sleep(time.Minute)
		if p.asked > 0 {
			t.Errorf("asked %d times after all had left", p.asked)
		}
		// Pages that come at once share one question.
		for range 5 {
			if m := h.present(t.Context()); !m.Known {
				t.Fatal("nothing is known")
			}
		}
		if p.asked != 1 {
			t.Errorf("asked %d times for 5 pages", p.asked)
		}
		leave[0] = h.join("")
		synctest.Wait()
		leave[0]()
	})
}

func TestHubTellsOfAHungPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePulse{}
		p.stall(true)
		h := newHub(p, filepath.Join(t.TempDir(), "lvs.cf"), "lvs-01")
		defer h.join("")()
		v := &viewer{view: monitoringView{listQuery{page: 1}}}
		l, err := v.next(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		want(t, fmt.Sprint(l.changes), "pulse does not answer: no answer within 3s.")
	})
}

func TestHubNextEndsWithItsViewer(t *testing.T) {
	h := newHub(&fakePulse{}, "lvs.cf", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&viewer{}).next(ctx, h); err == nil {
		t.Error("a viewer that left got a look")
	}
}

// TestServiceID keeps the elements' names apart and plain.
func TestServiceID(t *testing.T) {
	seen := map[string]string{}
	for _, key := range []string{
		"tcp 10.0.0.1:80", "udp 10.0.0.1:80", "tcp 10.0.0.18:0", "tcp 10.0.0.1:8", "fwmark 80", "fwmark6 80", "tcp [2001:db8::1]:80", "tcp [2001:db8:1::]:80",
	} {
		id := serviceID(key)
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q are both %s", key, other, id)
		}
		seen[id] = key
		for _, r := range id {
			if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
				t.Errorf("%s: %q in an id", id, r)
			}
		}
	}
}

// crowd is a snapshot of n services with ten servers each.
func crowd(n int) *control.Snapshot {
	s := snapshot(time.Now())
	s.Services = nil
	for i := range n {
		one := control.Service{Name: fmt.Sprintf("s%d", i), Protocol: "tcp", Address: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), Port: 80, Scheduler: "wlc", Forward: "nat", InKernel: true}
		for j := range 10 {
			one.Servers = append(one.Servers, control.Server{Name: fmt.Sprintf("r%d", j), Address: netip.AddrFrom4([4]byte{10, 2, byte(i), byte(j)}), Port: 80, Weight: 1, Health: control.Up, InKernel: true, KernelWeight: 1})
		}
		s.Services = append(s.Services, one)
	}
	return s
}

// TestHubRests looks every five seconds while nobody watches, and rests twenty
// times as long as a dear look took.
func TestHubRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &slowPulse{fakePulse: fakePulse{snap: snapshot(time.Now())}}
		h := newHub(p, filepath.Join(t.TempDir(), "lvs.cf"), "lvs-01")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { h.run(ctx); close(done) }()
		looks := func(d time.Duration) int {
			p.mu.Lock()
			before := p.asked
			p.mu.Unlock()
			time.Sleep(d)
			synctest.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.asked - before
		}
		looks(time.Second)
		if n := looks(time.Minute); n != 12 {
			t.Errorf("%d looks in an idle minute, want 12", n)
		}
		if n := h.series.Len(); n == 0 {
			t.Error("no charts are kept while nobody watches")
		}
		leave := h.join("")
		if n := looks(time.Minute); n < 59 || n > 61 {
			t.Errorf("%d looks in a watched minute, want about 60", n)
		}
		leave()

		p.takes(500 * time.Millisecond)
		looks(time.Minute)
		if n := looks(105 * time.Second); n != 10 {
			t.Errorf("%d looks of half a second each in 105 s, want one in 10.5 s", n)
		}
		// A page does not wait for such a look, and the next one is newer.
		began := time.Now()
		m := h.present(t.Context())
		if waited := time.Since(began); waited > 0 || time.Since(m.Taken) > 11*time.Second {
			t.Errorf("the page waited %v for what is %v old", waited, time.Since(m.Taken))
		}
		looks(time.Second)
		if again := h.present(t.Context()); !again.Taken.After(m.Taken) {
			t.Error("the next page is no newer")
		}
		cancel()
		<-done
		time.Sleep(lookLimit) // for the look that the last page began
	})
}

// slowPulse takes its time.
type slowPulse struct {
	fakePulse
	cost time.Duration
}

func (p *slowPulse) takes(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cost = d
}

func (p *slowPulse) Snapshot(ctx context.Context) (*control.Snapshot, error) {
	p.mu.Lock()
	cost := p.cost
	p.mu.Unlock()
	time.Sleep(cost)
	return p.fakePulse.Snapshot(ctx)
}

// A service that somebody looks at is told apart for the charts.
func TestHubKnowsWhatIsWatched(t *testing.T) {
	h := newHub(&fakePulse{snap: crowd(1)}, filepath.Join(t.TempDir(), "lvs.cf"), "lvs-01")
	a, b := h.join("tcp 10.1.0.0:80"), h.join("tcp 10.1.0.0:80")
	if len(h.watched) != 1 {
		t.Errorf("%v are watched", h.watched)
	}
	a()
	b()
	if len(h.watched) != 0 {
		t.Errorf("%v are watched by nobody", h.watched)
	}
}
