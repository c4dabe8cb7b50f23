package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
	"pacu/probe"
)

// TestRestoreLoad: what a forerunner made of the load stays until it is known
// anew.
func TestRestoreLoad(t *testing.T) {
	for _, tt := range []struct {
		name  string
		load  *control.Load
		known int
		want  string // "7" is what the kernel has
	}{
		{"raised by Piranha", &control.Load{Kind: "rup"}, 300, "300"},
		{"drained", &control.Load{Kind: "agent"}, 0, "0"},
		{"doubled", &control.Load{Kind: "agent"}, 200, "200"},
		{"an average drains nobody", &control.Load{Kind: "rup"}, 0, "100"},
		{"no load", nil, 300, "100"},
		{"slow start", &control.Load{Kind: "rup"}, 50, "50"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, weigh)
			newGauge(b).set(probe.Advice{}, errors.New("silent"))
			w := watchWWW(100)
			w.Load, w.Known, w.KnownWeight = tt.load, control.Up, tt.known
			b.take(order(w))
			time.Sleep(second)
			b.mu.Lock()
			defer b.mu.Unlock()
			if got := fmt.Sprint(b.reports[0].Weight); got != tt.want {
				t.Errorf("%s: weight %s, want %s", tt.name, got, tt.want)
			}
		})
	}
}

// A held server's load is learnt, and its weight left to pulse.
func TestLoadHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		newGauge(b).set(share(0.5, "50%"), nil)
		w := watchLoad(10, "agent", false)
		w.Hold, w.Known, w.KnownWeight = true, control.Up, 10
		b.take(order(w))
		time.Sleep(second)
		b.expect(t, "7", "up/5")
		b.wait()
	})
}

func TestNewLoadMonitor(t *testing.T) {
	for _, tt := range []struct {
		load control.Load
		want string
	}{
		{control.Load{Kind: "rup"}, "load of rup %h"},
		{control.Load{Kind: "ruptime"}, "load of ruptime"},
		{control.Load{Kind: "uptime", Program: []string{"ssh", "-q"}}, "load of ssh -q -o BatchMode=yes -o ConnectTimeout=5 %h uptime"},
		{control.Load{Kind: "program", Program: []string{"/bin/load", "%h"}}, "load of /bin/load %h"},
		{control.Load{Kind: "http", Path: "/load"}, "load of http GET /load"},
		{control.Load{Kind: "agent"}, "agent"},
		{control.Load{Kind: "snmp"}, `nanny knows no load monitor "snmp"`},
	} {
		m := newLoadMonitor(tt.load, second)
		if m.String() != tt.want {
			t.Errorf("%+v: %s, want %s", tt.load, m, tt.want)
		}
	}
	if _, err := newLoadMonitor(control.Load{Kind: "snmp"}, second).Ask(t.Context(), probe.Target{}); err == nil {
		t.Error("an unknown monitor answers")
	}
}

// TestLoadOnce shows an operator what an agent says, over true sockets.
func TestLoadOnce(t *testing.T) {
	at, _ := webServer(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	words := make(chan string, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(<-words + "\n"))
			_ = c.Close()
		}
	})
	defer wg.Wait()
	defer l.Close()
	o := webOrder(at)
	o.Watches[0].Interval = control.Duration(enough) // so the agent has time
	o.Watches[0].Load = &control.Load{Kind: "agent", Port: uint16(l.Addr().(*net.TCPAddr).Port)}
	for said, want := range map[string][]string{
		"75%":  {`its agent says "75%"`, "up: connected"},
		"down": {`its agent says "down"`, `down: its agent says "down"; connected`},
		"moo":  {`warning: cannot learn its load: agent: connected`, `unknown word "moo"`, "up: connected"},
	} {
		words <- said
		var shown strings.Builder
		s, err := newSubject(o.Server, o.Watches[0])
		if err != nil {
			t.Fatal(err)
		}
		links := newLinks(newFakeRouter(), slog.New(slog.DiscardHandler), func() time.Duration { return 0 })
		if up := probeNow(t.Context(), people{&shown}, links, s, o.Watches[0]); up == (said == "down") {
			t.Errorf("%s: up %v", said, up)
		}
		for _, text := range want {
			if !strings.Contains(shown.String(), text) {
				t.Errorf("%s: no %q in\n%s", said, text, shown.String())
			}
		}
	}
}
