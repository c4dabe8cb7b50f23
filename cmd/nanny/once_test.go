package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
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
		got, err := once(t.Context(), orders(list...), &out)
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
		if up, err := once(t.Context(), in, &bytes.Buffer{}); err == nil || up {
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
	if up, err := once(ctx, in, io.Discard); up || !errors.Is(err, context.Canceled) {
		t.Errorf("up %v, %v", up, err)
	}
}
