package scenario

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pacu/lab"
)

// A site is the machines of one scenario.
type site struct {
	*lab.Cluster
	t       *testing.T
	family  family
	routers []*router
	servers []*server
	client  *lab.Host
	lan     *lab.Switch // the public network
	beside  *lab.Host   // a web server of the clients' network that is no real server

	downloads sync.Map // *download by its number
}

// newSite skips the test where scenarios cannot be played.
func newSite(t *testing.T, f family) *site {
	t.Helper()
	checks := []func() error{lab.Check, lab.CheckIPVS}
	for _, program := range []string{"pulse", "nanny", "ipvsadm", "nft"} {
		checks = append(checks, func() error { _, err := exec.LookPath(program); return err })
	}
	for _, check := range checks {
		if err := check(); err != nil {
			t.Skip(err)
		}
	}
	s := &site{Cluster: lab.New(t.Name()), t: t, family: f}
	s.OnLine = func(l lab.Line) { t.Logf("%s %s %s", l.At.Format("15:04:05.000"), l.Host, l.Text) }
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// built fails the test if the set-up did.
func (s *site) built() *site {
	s.t.Helper()
	if err := s.Err(); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// plug gives a machine an interface with its address in a network, of both
// families.
func plug(h *lab.Host, w *lab.Switch, iface string, network, machine int) {
	h.Plug(w, iface, v4.prefix(network, machine), v6.prefix(network, machine))
}

// addClient adds the client to the public network.
func (s *site) addClient(w *lab.Switch) {
	s.client = s.Host("client")
	plug(s.client, w, "eth0", public, client)
}

// addServer adds a real server with a web server on port 80.
func (s *site) addServer(w *lab.Switch, network, machine int) *server {
	name := fmt.Sprintf("web-%d", len(s.servers)+1)
	rs := &server{Host: s.Host(name), site: s, network: network, machine: machine}
	plug(rs.Host, w, "eth0", network, machine)
	s.servers = append(s.servers, rs)
	if s.Err() == nil {
		rs.web = newWeb(s, rs.Host, ":80")
	}
	return rs
}

// newLAN has all machines in the public network, as for direct routing.
func newLAN(t *testing.T, f family, routers, servers int) *site {
	t.Helper()
	s := newSite(t, f)
	lan := s.Switch("public")
	s.lan = lan
	for i := range routers {
		r := s.addRouter()
		plug(r.Host, lan, "eth0", public, 1+i)
	}
	for i := range servers {
		s.addServer(lan, public, 11+i)
	}
	s.addClient(lan)
	return s.built()
}

// newNAT has the real servers in the private network, behind the routers.
func newNAT(t *testing.T, f family, routers, servers int) *site {
	t.Helper()
	s := newSite(t, f)
	outside, inside := s.Switch("public"), s.Switch("private")
	s.lan = outside
	for i := range routers {
		r := s.addRouter()
		plug(r.Host, outside, "eth0", public, 1+i)
		plug(r.Host, inside, "eth1", private, 1+i)
		r.Sysctl(f.forwarding(), "1")
	}
	for i := range servers {
		rs := s.addServer(inside, private, 11+i)
		rs.Route("default", f.addr(private, natRouter))
	}
	s.addClient(outside)
	return s.built()
}

// newVLANs has the first real server in the private network and the second in
// the other one. They have no route to the clients, and none to each other.
func newVLANs(t *testing.T, f family, routers int) *site {
	t.Helper()
	s := newSite(t, f)
	outside, one, two := s.Switch("public"), s.Switch("private"), s.Switch("other")
	for i := range routers {
		r := s.addRouter()
		plug(r.Host, outside, "eth0", public, 1+i)
		plug(r.Host, one, "eth1", private, 1+i)
		plug(r.Host, two, "eth2", other, 1+i)
		r.Sysctl(f.forwarding(), "1")
	}
	s.addServer(one, private, 11)
	s.addServer(two, other, 12)
	core := s.Host("core")
	plug(core, one, "eth0", private, gateway)
	plug(core, two, "eth1", other, gateway)
	core.Sysctl(f.forwarding(), "1")
	s.addClient(outside)
	return s.built()
}

// newFar has the real servers in the private network, which a gateway, no
// router of ours, joins to the public one; they answer clients that way.
func newFar(t *testing.T, f family, routers, servers int) *site {
	t.Helper()
	s := newSite(t, f)
	near, far := s.Switch("public"), s.Switch("private")
	g := s.Host("gateway")
	plug(g, near, "eth0", public, gateway)
	plug(g, far, "eth1", private, gateway)
	g.Sysctl(v4.forwarding(), "1")
	g.Sysctl(v6.forwarding(), "1")
	for i := range routers {
		r := s.addRouter()
		plug(r.Host, near, "eth0", public, 1+i)
		for _, f := range families {
			r.Route(f.prefix(private, 0), f.addr(public, gateway))
		}
	}
	for i := range servers {
		rs := s.addServer(far, private, 11+i)
		for _, f := range families {
			rs.Route("default", f.addr(private, gateway))
		}
	}
	s.addClient(near)
	return s.built()
}

// setUp sets the real servers up by what pulse itself says they need.
func (s *site) setUp(c config) {
	s.t.Helper()
	r := s.routers[0]
	r.write(c)
	for _, rs := range s.servers {
		for line := range strings.Lines(r.run("pulse", "real-server-setup", "--format", "commands", rs.Name())) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			words := strings.Fields(line)
			rs.Setup(words[0], words[1:]...)
		}
	}
	s.built()
}

// global is the head of an lvs.cf for the site's routers. The times are such that
// a machine that stands still for seconds stays within deadtime; and, as a router
// that stood still for a keepalive judges nobody for another deadtime, such that
// one that stutters gets that far.
func (s *site) global(lines ...string) config {
	c := config{global: []string{
		"serial_no = 1",
		"service = lvs",
		"primary = " + s.family.addr(public, 1),
	}}
	if len(s.routers) > 1 {
		c = c.with(
			"backup = "+s.family.addr(public, 2),
			"backup_active = 1",
			"keepalive = 1",
			"deadtime = 6",
		)
	}
	return c.with(lines...)
}

// nat is the head of an lvs.cf for newNAT's routers.
func (s *site) nat(lines ...string) config {
	return s.global(
		"network = nat",
		"nat_router = "+s.family.addr(private, natRouter)+" eth1:0",
		"nat_nmask = "+s.family.mask(),
	).with(lines...)
}

// direct is the head of an lvs.cf for newLAN's routers.
func (s *site) direct(lines ...string) config {
	return s.global("network = direct").with(lines...)
}

// quick are the probes of a scenario in which servers fail. A server that is
// slow to answer, as all of a busy machine are, must not look like one of them.
var quick = []string{"timeout = 1", "reentry = 1", "check_timeout = 5"}

// virtual is a virtual block for port 80 of the VIP and all real servers.
func (s *site) virtual(name string, lines ...string) virtual {
	v := virtual{name: name, lines: []string{
		"address = " + s.family.addr(public, vip) + " eth0:1",
		"port = 80",
		"timeout = 5",
		"reentry = 5",
		"scheduler = rr",
	}}
	for _, rs := range s.servers {
		v.servers = append(v.servers, s.entry(rs))
	}
	return v.with(lines...)
}

// entry is a server block.
func (s *site) entry(rs *server) entry {
	return entry{name: rs.Name(), addr: s.family.addr(rs.network, rs.machine)}
}

// url is a page at the VIP.
func (s *site) url() string { return "http://" + s.family.at(public, vip, 80) + "/" }

// until repeats ask until it is content, or fails the test with its last error.
func (s *site) until(ask func(ctx context.Context) error) {
	s.t.Helper()
	const again = 25 * time.Millisecond
	ctx, cancel := awake(s.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(again)
	defer tick.Stop()
	var last error
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		// One that the deadline itself cut short tells less than the one before.
		if last == nil || ctx.Err() == nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("after %v: %v", patience, last)
		}
	}
}

// ask asks for a page n times, each over a new connection, and counts who
// answered. Any failure fails the test.
func (s *site) ask(n int, url string) map[string]int {
	s.t.Helper()
	return s.askFrom(netip.Addr{}, n, url)
}

func (s *site) askFrom(from netip.Addr, n int, url string) map[string]int {
	s.t.Helper()
	by := map[string]int{}
	for range n {
		who, err := s.get(patience, from, url)
		if err != nil {
			s.t.Fatalf("%s: %v", url, err)
		}
		by[who]++
	}
	return by
}

// get asks for a page once, over a new connection, and returns who answered.
func (s *site) get(limit time.Duration, from netip.Addr, url string) (string, error) {
	ctx, cancel := awake(s.t.Context(), limit)
	defer cancel()
	return s.client.Get(ctx, from, url)
}

// servedBy waits until clients are answered by exactly these servers, each of
// them, in a row of requests.
func (s *site) servedBy(url string, names ...string) {
	s.t.Helper()
	s.until(func(context.Context) error {
		by := map[string]int{}
		for range 3 * len(names) {
			who, err := s.get(impatience, netip.Addr{}, url)
			if err != nil {
				return fmt.Errorf("%s: %w", url, err)
			}
			by[who]++
		}
		if got := slices.Sorted(maps.Keys(by)); !slices.Equal(got, names) {
			return fmt.Errorf("%s is answered by %v, want %v", url, got, names)
		}
		return nil
	})
}

// asks lets a client ask until the test ends or stop is called.
func (s *site) asks(c *lab.Client) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	s.t.Cleanup(stop)
	return stop
}

// hold samples from now on who holds an address.
func (s *site) hold(address string) *lab.Holder {
	var hosts []*lab.Host
	for _, r := range s.routers {
		hosts = append(hosts, r.Host)
	}
	h := lab.NewHolder(netip.MustParseAddr(address), hosts...)
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, 10*time.Millisecond) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
	return h
}

// lines are a text's, sorted, without the empty ones.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}
