package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab"
)

// TestKernelArticle000 is two routers with NAT, one address for the clients and
// one for the real servers, whose gateway it is; they move as one. Real servers
// are probed by connecting alone.
func TestKernelArticle000(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 2, 2)
			// A TCP check: any answer but a refusal is well, so no HTTP.
			web := s.virtual("web", "port = 8080", "persistent = 2").with(quick...).on(
				s.entry(s.servers[0]).with("port = 80"), s.entry(s.servers[1]).with("port = 80"))
			s.start(s.nat("primary_private = "+f.addr(private, 1), "backup_private = "+f.addr(private, 2), "monitor_links = 1").and(web))
			service := "-t " + f.at(public, vip, 8080)
			first := "-a " + service + " -r " + f.at(private, 11, 80) + " -m -w 1"
			second := "-a " + service + " -r " + f.at(private, 12, 80) + " -m -w 1"
			head := "-A " + service + " -s rr -p 2"
			s.tables(head, first, second)
			url := "http://" + f.at(public, vip, 8080) + "/"
			outer, inner := s.hold(f.addr(public, vip)), s.hold(f.addr(private, natRouter))
			if by := s.ask(6, url); len(by) != 1 {
				t.Errorf("one client within its persistence was served by %v", by)
			}

			t.Log("a real server dies and returns")
			s.servers[0].web.stop()
			s.tables(head, second)
			s.servedBy(url, "web-2")
			s.servers[0].web.start()
			s.tables(head, first, second)

			t.Log("the routers change places")
			client := &lab.Client{Host: s.client, URL: url, Every: 50 * time.Millisecond, Timeout: impatience}
			s.asks(client)
			began := time.Now()
			if err := s.routers[0].PowerOff(); err != nil {
				t.Fatal(err)
			}
			s.routers[0].pulse = nil
			s.routers[1].is(control.Active)
			s.routers[1].holds(head, first, second)
			if err := errors.Join(s.routers[1].has(f.host(public, vip), "eth0:1"), s.routers[1].has(f.prefix(private, natRouter), "eth1:0")); err != nil {
				t.Error(err)
			}
			taken := time.Now()
			s.until(func(context.Context) error {
				if sum := client.Tally(taken); sum.OK < 5 {
					return fmt.Errorf("clients of the other router: %v", sum)
				}
				return nil
			})
			for _, h := range []interface {
				Longest(time.Time) (time.Duration, time.Duration)
			}{outer, inner} {
				if _, both := h.Longest(began); both > 0 {
					t.Errorf("held by both routers for %v: %v", both, h)
				}
			}
			s.until(func(context.Context) error {
				if a, b := outer.Now(), inner.Now(); len(a) != 1 || !slices.Equal(a, b) {
					return fmt.Errorf("the public address is on %v, the private on %v", a, b)
				}
				return nil
			})

			t.Log("a link that fails takes both addresses away")
			if err := s.routers[0].PowerOn(); err != nil {
				t.Fatal(err)
			}
			s.routers[0].start()
			s.routers[0].is(control.Standby)
			if err := s.routers[1].Cut("eth1"); err != nil {
				t.Fatal(err)
			}
			s.routers[0].is(control.Active)
			s.until(func(context.Context) error {
				for _, h := range []interface{ Now() []string }{outer, inner} {
					if now := h.Now(); !slices.Equal(now, []string{"lvs-1"}) {
						return fmt.Errorf("held by %v, want lvs-1 alone", now)
					}
				}
				return nil
			})
			taken = time.Now()
			s.until(func(context.Context) error {
				if sum := client.Tally(taken); sum.OK < 5 {
					return fmt.Errorf("clients after the link failed: %v", sum)
				}
				return nil
			})
		})
	}
}
