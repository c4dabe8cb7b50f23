package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"pacu/control"
)

// TestOnce probes a server in two services of which one is down, by a port
// that nobody listens on.
func TestOnce(t *testing.T) {
	at, stop := webServer(t)
	good := webOrder(at)
	orders := func(list ...control.Order) *bytes.Buffer {
		var b bytes.Buffer
		for _, o := range list {
			if err := json.NewEncoder(&b).Encode(o); err != nil {
				t.Fatal(err)
			}
		}
		return &b
	}
	expect := func(up bool, want string, list ...control.Order) {
		t.Helper()
		var out bytes.Buffer
		got, err := once(t.Context(), orders(list...), people{&out})
		if err != nil || got != up || !regexp.MustCompile("(?s)^"+want+"$").Match(out.Bytes()) {
			t.Errorf("up %v, %v\n%swant\n%s", got, err, out.String(), want)
		}
	}
	head := fmt.Sprintf(`%s in tcp 10.10.1.30:80: send "GET / HTTP/1.0.r.n.r.n" expect "HTTP"\n`, at)
	ms := ` +\d+\.\d ms  `
	upLines := head + `(` + ms + `[^\n]*\n)+` + ms + `up: [^\n]*got "HTTP[^\n]*\n`
	expect(true, upLines, good)
	stop()
	downLines := head + ms + `down: connect: connection refused\n`
	expect(false, downLines, good)
	expect(false, downLines+downLines, good, good)
	expect(true, "")

	bad, unchecked := webOrder(at), webOrder(at)
	bad.Watches[0].Forward, unchecked.Watches[0].Checks = "", nil
	for _, in := range []*bytes.Buffer{orders(bad), orders(unchecked), bytes.NewBufferString("{}{\n")} {
		if up, err := once(t.Context(), in, people{io.Discard}); err == nil || up {
			t.Errorf("nonsense: up %v, %v", up, err)
		}
	}
}

// Once ctx ends nothing more is read, or waited for.
func TestOnceCancelled(t *testing.T) {
	at, _ := webServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, feed := io.Pipe() // is never closed
	go func() { _ = json.NewEncoder(feed).Encode(webOrder(at)) }()
	if up, err := once(ctx, in, people{io.Discard}); up || !errors.Is(err, context.Canceled) {
		t.Errorf("up %v, %v", up, err)
	}
}

// TestOnceForPrograms has the same told in lines of JSON.
func TestOnceForPrograms(t *testing.T) {
	at, stop := webServer(t)
	var in, out bytes.Buffer
	probed := func() control.Probed {
		t.Helper()
		in.Reset()
		out.Reset()
		if err := json.NewEncoder(&in).Encode(webOrder(at)); err != nil {
			t.Fatal(err)
		}
		if _, err := once(t.Context(), &in, programs{json.NewEncoder(&out)}); err != nil {
			t.Fatal(err)
		}
		var p control.Probed
		if err := json.Unmarshal(out.Bytes(), &p); err != nil {
			t.Fatalf("%v: %s", err, out.Bytes())
		}
		return p
	}
	up := probed()
	if up.Health != control.Up || up.Server != at.Addr() || up.RealPort != at.Port() || up.Service != "tcp 10.10.1.30:80" ||
		!strings.Contains(up.Check, "HTTP") || len(up.Steps) == 0 || up.Took < up.Steps[0].After {
		t.Errorf("%+v", up)
	}
	stop()
	if down := probed(); down.Health != control.Down || down.Why != "connect: connection refused" {
		t.Errorf("%+v", down)
	}
}
