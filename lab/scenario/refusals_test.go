package scenario

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// degraded waits until status tells of all words in one entry, or of nothing
// for none.
func (r *router) degraded(words ...string) {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		if len(words) == 0 {
			if len(snap.Degraded) > 0 {
				return fmt.Errorf("still degraded: %q", snap.Degraded)
			}
			return nil
		}
	entries:
		for _, line := range snap.Degraded {
			for _, w := range words {
				if !strings.Contains(line, w) {
					continue entries
				}
			}
			return nil
		}
		return fmt.Errorf("degraded are %q, want one with %q", snap.Degraded, words)
	})
}

// TestKernelRefusals has the kernel refuse a part of lvs.cf: the rest is
// applied, status tells, and the part follows when it can.
func TestKernelRefusals(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	r := s.routers[0]
	lvs := s.nat()
	web := s.virtual("web")
	second := s.virtual("second", "address = "+v4.addr(public, vip+1)+" eth0:2")
	url := "http://" + v4.at(public, vip+1, 80) + "/"
	s.start(lvs.and(web))
	s.healthy("web-1", "web-2")

	t.Log("a scheduler that the kernel lacks")
	began := time.Now()
	r.refuses(lvs.and(second.with("scheduler = twos"), web.with("persistent = 1")), "twos")
	r.degraded(v4.at(public, vip+1, 80), "twos")
	r.says(began, "twos")
	service := "-t " + v4.at(public, vip, 80)
	r.holds("-A "+service+" -s rr -p 1",
		"-a "+service+" -r "+v4.at(private, 11, 80)+" -m -w 1",
		"-a "+service+" -r "+v4.at(private, 12, 80)+" -m -w 1")
	s.servedBy(s.url(), s.ask1(s.url()))
	s.reload(lvs.and(second, web))
	r.degraded()
	s.servedBy(url, "web-1", "web-2")

	t.Log("an address that another program has put elsewhere")
	s.reload(lvs.and(web))
	r.run("ip", "addr", "add", v4.host(public, vip+1), "dev", "eth1")
	table, err := r.table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.refuses(lvs.and(second, web.with("scheduler = wrr")), v4.addr(public, vip+1)+" is already on eth1")
	r.holds(table...)
	r.status(func(snap *control.Snapshot) error {
		if !strings.Contains(snap.Config.Refused, "eth1") {
			return fmt.Errorf("status says of the refused file: %q", snap.Config.Refused)
		}
		return nil
	})
	r.run("ip", "addr", "del", v4.host(public, vip+1), "dev", "eth1")
	s.reload(lvs.and(second, web))
	s.servedBy(url, "web-1", "web-2")

	t.Log("an interface that goes and returns")
	r.run("ip", "link", "add", "dmz0", "type", "dummy")
	r.run("ip", "link", "set", "dmz0", "up")
	third := s.virtual("third", "address = "+v4.addr(other, vip)+" dmz0:1")
	s.reload(lvs.and(web, third))
	dmz := func(context.Context) error { return r.has(v4.host(other, vip), "dmz0:1") }
	s.until(dmz)
	r.run("ip", "link", "del", "dmz0")
	r.degraded(v4.addr(other, vip), "dmz0")
	s.servedBy(s.url(), "web-1", "web-2")
	if table, err = r.table(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.run("ipvsadm", "-C")
	r.holds(table...)
	r.run("ip", "link", "add", "dmz0", "type", "dummy")
	r.run("ip", "link", "set", "dmz0", "up")
	s.until(dmz)
	r.degraded()
}

// refuses reloads a file of which the kernel does not take a part, which the
// answer tells.
func (r *router) refuses(c config, word string) {
	r.site.t.Helper()
	r.write(c)
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	switch _, err := r.Output(ctx, "pulse", "reload"); {
	case err == nil:
		r.site.t.Errorf("a reload that the kernel cannot follow says nothing, want %q", word)
	case !strings.Contains(err.Error(), word):
		r.site.t.Errorf("the reload says %v, want %q in it", err, word)
	}
}

// ask1 asks once and returns who answered.
func (s *site) ask1(url string) string {
	s.t.Helper()
	for who := range s.ask(1, url) {
		return who
	}
	return ""
}
