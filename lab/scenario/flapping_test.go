package scenario

import (
	"strings"
	"testing"

	"pacu/control"
)

// TestKernelFlapping has a server fail again and again: with damping = 1 it has
// to answer twice as long each time, and pulse status tells why it is out.
func TestKernelFlapping(t *testing.T) {
	s := newLAN(t, v4, 1, 1)
	r, rs := s.routers[0], s.servers[0]
	lvs := s.direct().and(s.virtual("web", "check = http", "check_timeout = 5",
		"timeout = 250ms", "rise = 2", "damping = 1"))
	s.setUp(lvs)
	rs.web.stop()
	p := newPage("well")
	rs.serve(":80", p, nil)
	s.start(lvs)
	s.healthy("web-1")
	service := v4.at(public, vip, 80)
	head, row := "-A -t "+service+" -s rr", "-a -t "+service+" -r "+v4.at(public, 11, 80)+" -g -w 1"
	for _, needed := range []int32{2, 4, 8} {
		p.fail(always)
		r.holds(head)
		before := p.passed.Load()
		p.fail(0)
		r.holds(head, row)
		if passed := p.passed.Load() - before; passed < needed {
			t.Errorf("it passed %d probes to be used again, not %d", passed, needed)
		}
	}
	p.fail(always)
	r.holds(head)
	r.blames(service, control.Down, "; it has failed 4 times in ")
	if out, _ := r.shows("status"); !strings.Contains(out, ": 16 good probes before it is used") {
		t.Errorf("pulse status does not tell why it stays out:\n%s", out)
	}
	t.Log("it answers, but not often enough in a row")
	p.every.Store(5)
	p.fail(0)
	r.blames(service, control.Down, "it answers again, but it has failed 4 times in ")
	r.blames(service, control.Down, "of 16 good probes before it is used: ")
}
