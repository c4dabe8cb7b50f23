package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/lab"
)

// TestKernelDrift has others change what pulse looks after: each change is put
// right within two seconds, unless the machine is too busy for that, logged and
// counted.
func TestKernelDrift(t *testing.T) {
	const soon = 2 * time.Second
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 1, 2)
			r := s.routers[0]
			s.start(s.nat().and(
				s.virtual("web", "scheduler = wrr"),
				s.virtual("ports", "port = 80", "ports = 8080-8081", "address = "+f.addr(public, vip+1)+" eth0:2").
					on(s.entry(s.servers[0]).with("port = 80")),
			))
			s.healthy("web-1", "web-2")
			state := func(ctx context.Context) ([]string, error) {
				table, err := r.table(ctx)
				if err != nil {
					return nil, err
				}
				rules, err := r.Output(ctx, "nft", "list", "ruleset")
				if err != nil {
					return nil, err
				}
				held, err := r.Addresses()
				if err != nil {
					return nil, err
				}
				all := slices.Concat(table, lines(rules))
				for _, h := range held {
					if !strings.HasPrefix(h.Prefix.Addr().String(), "fe80:") {
						all = append(all, fmt.Sprint(h))
					}
				}
				slices.Sort(all)
				return all, nil
			}
			var before []string
			s.until(func(ctx context.Context) (err error) {
				before, err = state(ctx)
				if err == nil && !strings.Contains(strings.Join(before, "\n"), "mark") {
					err = fmt.Errorf("no marks in %q", before)
				}
				return err
			})
			stalls := watchStalls(t)
			service := []string{"-t", f.at(public, vip, 80)}
			for _, change := range [][]string{
				{"ipvsadm", "-C"},
				{"ip", "addr", "del", f.host(public, vip), "dev", "eth0"},
				{"ip", "addr", "del", f.prefix(private, natRouter), "dev", "eth1"},
				{"nft", "flush", "ruleset"},
				slices.Concat([]string{"ipvsadm", "-e"}, service, []string{"-r", f.at(private, 11, 80), "-m", "-w", "77"}),
				slices.Concat([]string{"ipvsadm", "-d"}, service, []string{"-r", f.at(private, 12, 80)}),
				slices.Concat([]string{"ipvsadm", "-E"}, service, []string{"-s", "sh"}),
			} {
				what := strings.Join(change, " ")
				var was uint64
				r.status(func(snap *control.Snapshot) error { was = snap.Drift.Repairs; return nil })
				began := time.Now()
				r.run(change[0], change[1:]...)
				changed := time.Now()
				var slowest time.Duration
				s.until(func(ctx context.Context) error {
					asked := time.Now()
					now, err := state(ctx)
					if err != nil {
						return err
					}
					slowest = max(slowest, time.Since(asked))
					if d := cmp.Diff(before, now); d != "" {
						return fmt.Errorf("%s is not put right (- before, + now):\n%s", what, d)
					}
					return nil
				})
				took, stood := time.Since(changed), stalls.longest(changed, time.Now())
				t.Logf("%s: put right in %v, which includes a look that took %v; the machine stood still for %v", what, took, slowest, stood)
				if took-slowest > soon && slowest < lab.Bearable && stood < lab.Bearable {
					t.Errorf("%s: put right only after %v", what, took)
				}
				r.says(began, "put right")
				r.status(func(snap *control.Snapshot) error {
					if snap.Drift.Repairs <= was || snap.Drift.What == "" || snap.Drift.Last.Before(began) {
						return fmt.Errorf("%s is not counted: %+v, it was %d", what, snap.Drift, was)
					}
					return nil
				})
			}
			s.servedBy(s.url(), "web-1", "web-2")
		})
	}
}
