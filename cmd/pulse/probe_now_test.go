package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// probesOf are the results of probing these servers of fakeOrders, in a line
// each.
func probesOf(ctx context.Context, program string, servers ...int) ([]string, error) {
	orders := make([]control.Order, 0, len(servers))
	for _, o := range fakeOrders(1, servers...) {
		orders = append(orders, o)
	}
	slices.SortFunc(orders, func(a, b control.Order) int { return a.Server.Compare(b.Server) })
	probed, err := probeOrders(ctx, program, orders)
	var lines []string
	for _, r := range probed {
		lines = append(lines, fmt.Sprintf("%s %s: %s %s %d", r.Server, r.Service, r.Health, r.Why, len(r.Steps)))
	}
	return lines, err
}

func TestProbeOrders(t *testing.T) {
	program := everyonesCopy(t)
	for _, tt := range []struct {
		name    string
		servers []int
		want    []string
		err     string
	}{
		{"up", []int{1, 2}, []string{"10.0.0.1 tcp 10.10.1.30:80: up answered 1", "10.0.0.2 tcp 10.10.1.30:80: up answered 1"}, ""},
		{"down", []int{1, 5}, []string{"10.0.0.1 tcp 10.10.1.30:80: up answered 1", "10.0.0.5 tcp 10.10.1.30:80: down no answer 1"}, ""},
		{"dies", []int{1, 6}, nil, "exit status 3: panic: dead"},
		{"babbles", []int{7}, nil, "invalid character"},
		{"tells too little", []int{1, 8}, nil, "it told too little"},
		{"tells of another", []int{10}, nil, "it tells of what it was not asked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := probesOf(t.Context(), program, tt.servers...)
			if err == nil && tt.err != "" || err != nil && (tt.err == "" || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("probed (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := probesOf(t.Context(), "/nonexistent/nanny", 1); err == nil || !strings.Contains(err.Error(), "/nonexistent/nanny: cannot be started: no such file") {
		t.Errorf("no nanny: %v", err)
	}
}

// A probe that does not end is ended, and what was not probed is said so.
func TestProbesEnd(t *testing.T) {
	program := everyonesCopy(t)
	orders := fakeOrders(1, 1, 11)
	in := func() *bytes.Buffer {
		var b bytes.Buffer
		for _, a := range slices.SortedFunc(maps.Keys(orders), netip.Addr.Compare) {
			if err := json.NewEncoder(&b).Encode(orders[a]); err != nil {
				t.Fatal(err)
			}
		}
		return &b
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	err := eachProbe(ctx, program, in(), func(control.Probed) error {
		cancel() // the next one hangs
		n++
		return nil
	})
	if n != 1 || err == nil {
		t.Errorf("%d probes, %v", n, err)
	}
	got, err := probesOf(ctx, program, 1, 11)
	const late = ": untried not probed: the time was over after Ns; name it alone, as VIRTUAL/SERVER 0"
	want := []string{"10.0.0.1 tcp 10.10.1.30:80" + late, "10.0.0.11 tcp 10.10.1.30:80" + late}
	for i := range got { // to end a nanny may take long
		got[i] = regexp.MustCompile(`after \d+s;`).ReplaceAllString(got[i], "after Ns;")
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestSeats(t *testing.T) {
	var s seats
	for i := range probesAtOnce + 2 {
		if got := s.take(); got != (i < probesAtOnce) {
			t.Errorf("operator %d: %t", i, got)
		}
	}
	s.leave()
	if !s.take() || s.take() {
		t.Error("there is not one seat again")
	}
}

// fakeProbes is nanny --once --json: servers from 5 on misbehave.
func fakeProbes() {
	for o, err := range control.Orders(os.Stdin) {
		if err != nil {
			panic(err)
		}
		for _, w := range o.Watches {
			r := control.Probed{
				Server: o.Server, RealPort: w.RealPort, Service: w.Key(), Check: "connect", Health: control.Up, Why: "answered",
				Steps: []control.ProbeStep{{After: control.Duration(time.Millisecond), Text: "connected"}},
			}
			switch o.Server.As4()[3] {
			case 5:
				r.Health, r.Why = control.Down, "no answer"
			case 6:
				fmt.Fprintln(os.Stderr, "panic: dead")
				os.Exit(3)
			case 7:
				fmt.Println("babble")
			case 8:
				return
			case 10:
				r.RealPort++
			case 11:
				time.Sleep(time.Hour)
			}
			if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
				panic(err)
			}
		}
	}
}
