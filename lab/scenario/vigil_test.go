package scenario

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/control"
	"pacu/heartbeat"
	"pacu/lab"
)

// keyPath is where pulse looks for the key of its heartbeats.
const keyPath = "/etc/sysconfig/ha/lvs.key"

// privately joins the routers by a private network of their own, and returns
// the head of an lvs.cf with both paths.
func (s *site) privately() config {
	inside := s.Switch("private")
	for i, r := range s.routers {
		plug(r.Host, inside, "eth1", private, 1+i)
	}
	s.built()
	return s.direct("primary_private = "+s.family.addr(private, 1), "backup_private = "+s.family.addr(private, 2))
}

// pair gives both routers a key and the file, starts them, and waits until the
// first serves and each knows the other for what it is.
func (s *site) pair(c config) {
	s.t.Helper()
	key := heartbeat.NewKey()
	for _, r := range s.routers {
		r.keys(key)
	}
	s.start(c)
	s.serving(0)
}

// keys gives the router keys, the newest first; none takes the file away.
func (r *router) keys(keys ...heartbeat.Key) {
	r.site.t.Helper()
	if len(keys) == 0 {
		r.run("rm", keyPath)
		return
	}
	if err := r.WriteFile(keyPath, []byte(heartbeat.FormatKeys(keys)), 0o600); err != nil {
		r.site.t.Fatal(err)
	}
}

// serving waits until router i serves, the other one stands by, each has heard
// so from the other, and the kernels of both agree.
func (s *site) serving(i int) {
	s.t.Helper()
	for j, r := range s.routers {
		mine, theirs := control.Standby, control.Active
		if i == j {
			mine, theirs = theirs, mine
		}
		r.status(func(snap *control.Snapshot) error {
			if snap.Router.State != mine || snap.Router.Phase != "" || snap.Partner == nil || snap.Partner.State != theirs {
				return fmt.Errorf("it is %s %s and its partner %+v, want %s and %s", snap.Router.State, snap.Router.Phase, snap.Partner, mine, theirs)
			}
			return nil
		})
	}
	s.until(func(context.Context) error {
		for j, r := range s.routers {
			held, err := r.Addresses()
			if err != nil {
				return err
			}
			has := slices.ContainsFunc(held, func(h lab.Held) bool { return h.Prefix.Addr() == s.family.ip(public, vip) })
			if has != (i == j) {
				return fmt.Errorf("%s holds the VIP: %v, want %v", r.Name(), has, i == j)
			}
		}
		return nil
	})
}

// troubled waits until the router's snapshot shows a trouble with text.
func (r *router) troubled(text string) {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		if !slices.ContainsFunc(snap.Trouble, func(line string) bool { return strings.Contains(line, text) }) {
			return fmt.Errorf("no trouble with %q among %q", text, snap.Trouble)
		}
		return nil
	})
}

// untroubled waits until no trouble of the router's snapshot has text.
func (r *router) untroubled(text string) {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		if slices.ContainsFunc(snap.Trouble, func(line string) bool { return strings.Contains(line, text) }) {
			return fmt.Errorf("trouble with %q: %q", text, snap.Trouble)
		}
		return nil
	})
}

// A vigil holds what clients get and who holds the VIP against what was
// promised.
type vigil struct {
	site   *site
	client *lab.Client
	stop   func() // ends the client, when it has asked to the end
	// control asks a machine of the clients' own network: where that takes long
	// the machine was too busy to say anything of pulse.
	control *lab.Client
	holder  *lab.Holder
	began   time.Time
	stalls  *stalls
}

// fails fails the test for what happened since the last look, unless the machine
// was too busy.
func (v *vigil) fails(format string, args ...any) {
	v.site.t.Helper()
	v.failsFor(v.began, time.Now(), format, args...)
}

// failsFor is fails for what happened between two moments.
func (v *vigil) failsFor(from, to time.Time, format string, args ...any) {
	v.site.t.Helper()
	if why := v.busy(from, to); why != "" {
		v.site.t.Logf("not judged, for %s: %s", why, fmt.Sprintf(format, args...))
		return
	}
	v.site.t.Errorf(format, args...)
}

// busy tells why what happened between two moments says nothing of pulse; empty:
// it does.
func (v *vigil) busy(from, to time.Time) string {
	if long := v.stalls.longest(from, to); long > lab.Bearable {
		return fmt.Sprintf("the machine stood still for %v", long.Round(time.Millisecond))
	}
	return v.control.Busy(from, to)
}

// vigil begins one, with a request each every.
func (s *site) vigil(every time.Duration) *vigil {
	return s.watch(&lab.Client{Host: s.client, URL: s.url(), Every: every, Timeout: impatience})
}

// watch begins a vigil with a client of its own.
func (s *site) watch(c *lab.Client) *vigil {
	s.t.Helper()
	if s.beside == nil {
		s.beside = s.Host("beside")
		plug(s.beside, s.lan, "eth0", public, beside)
		s.built()
		newWeb(s, s.beside, ":80")
	}
	v := &vigil{site: s, client: c, holder: s.hold(s.family.addr(public, vip)), stalls: watchStalls(s.t)}
	v.control = &lab.Client{Host: s.client, URL: "http://" + s.family.at(public, beside, 80) + "/", Every: max(c.Every, 50*time.Millisecond), Timeout: c.Timeout}
	s.asks(v.control)
	v.stop = s.asks(v.client)
	v.served(5)
	v.next()
	return v
}

// pace is how often clients can ask so that this machine carries it: as often as
// wanted, or half of that, and so on.
func (s *site) pace(wanted time.Duration) time.Duration {
	s.t.Helper()
	const n = 100
	for every := wanted; ; every *= 2 {
		c := &lab.Client{Host: s.client, URL: s.url(), Every: every, Timeout: time.Second}
		stop := s.asks(c)
		s.until(func(context.Context) error {
			if sum := c.Tally(time.Time{}); sum.OK+sum.Failed < n {
				return fmt.Errorf("clients: %v", sum)
			}
			return nil
		})
		stop()
		sum := c.Tally(time.Time{})
		if sum.Failed == 0 && sum.Slowest < lab.Bearable || every >= 16*wanted {
			s.t.Logf("a request each %v: %v, the slowest took %v", every, sum, sum.Slowest)
			return every
		}
	}
}

// next begins anew: what was before counts no more.
func (v *vigil) next() { v.began = time.Now() }

// steadies begins anew once n requests in a row were answered: what a machine
// that is busy with other things loses before says nothing. Where that never
// comes for want of a machine, the test is skipped.
func (v *vigil) steadies(n int) {
	v.site.t.Helper()
	ctx, cancel := awake(v.site.t.Context(), patience)
	defer cancel()
	for {
		v.next()
		v.served(n)
		sum := v.client.Tally(v.began)
		if sum.Failed == 0 {
			break
		}
		if ctx.Err() == nil {
			continue
		}
		if why := v.busy(v.began, time.Now()); why != "" {
			v.site.t.Skipf("clients lose requests before anything happens, and %s: %v", why, sum)
		}
		v.site.t.Fatalf("clients lose requests before anything happens: %v", sum)
	}
	v.next()
}

// served waits until n requests from now on were answered.
func (v *vigil) served(n int) {
	v.site.t.Helper()
	from := time.Now()
	v.site.until(func(context.Context) error {
		if sum := v.client.Tally(from); sum.OK < n {
			return fmt.Errorf("clients: %v", sum)
		}
		return nil
	})
}

// calm fails the test if, since the last look, a request was lost or the VIP
// moved.
func (v *vigil) calm(what string) {
	v.site.t.Helper()
	v.served(5)
	v.still(what)
	v.lossless(what)
}

// still fails the test if, since the last look, the VIP moved, or was on none or
// on two routers.
func (v *vigil) still(what string) {
	v.site.t.Helper()
	if spans := v.holder.Spans(v.began); len(spans) != 1 || len(spans[0].Hosts) != 1 {
		v.fails("%s: the VIP moved: %v", what, spans)
	}
}

// lossless fails the test if, since the last look, a request was lost.
func (v *vigil) lossless(what string) {
	v.site.t.Helper()
	v.served(5)
	if sum := v.client.Tally(v.began); sum.Failed > 0 {
		v.fails("%s: clients lost requests: %v", what, sum)
	}
	v.next()
}

// unharmed fails the test for each request of a client that was lost since the
// last look, unless the machine was too busy just then.
func (v *vigil) unharmed(client *lab.Client) {
	v.site.t.Helper()
	v.site.t.Log(client.Tally(v.began))
	for _, sample := range client.Samples(v.began) {
		if sample.Err != nil {
			v.failsFor(sample.At, sample.At.Add(sample.Took), "lost the request of %s: %v, after %v", sample.At.Format("15:04:05.000"), sample.Err, sample.Took)
		}
	}
}

// moved waits until clients are served again and fails the test if the VIP was
// ever on both routers since the last look.
func (v *vigil) moved(what string) {
	v.site.t.Helper()
	v.served(5)
	if _, both := v.holder.Longest(v.began); both > 0 {
		v.fails("%s: the VIP was on both routers for %v: %v", what, both, v.holder.Spans(v.began))
	}
	v.next()
}

// handed waits until clients are served again and fails the test if the VIP was
// ever on no router since the last look: a moment on both is how nothing gets
// lost.
func (v *vigil) handed(what string) {
	v.site.t.Helper()
	v.served(5)
	if none, _ := v.holder.Longest(v.began); none > 0 {
		v.fails("%s: the VIP was on no router for %v: %v", what, none, v.holder.Spans(v.began))
	}
	v.next()
}

// alone waits until exactly this router holds the VIP.
func (v *vigil) alone(name string) {
	v.site.t.Helper()
	v.site.until(func(context.Context) error {
		if now := v.holder.Now(); !slices.Equal(now, []string{name}) {
			return fmt.Errorf("%s is held by %v, want %s alone", v.site.family.addr(public, vip), now, name)
		}
		return nil
	})
}

// stranger adds a machine to the public network that is no router, server or
// client.
func (s *site) stranger() *lab.Host {
	h := s.Host("stranger")
	plug(h, s.lan, "eth0", public, stranger)
	s.built()
	return h
}

// beats are where heartbeats of router i come from, and where they go to.
func (s *site) beats(i int) (from, to netip.AddrPort) {
	const port = 539
	at := func(machine int) netip.AddrPort { return netip.AddrPortFrom(s.family.ip(public, machine), port) }
	return at(1 + i), at(2 - i)
}
