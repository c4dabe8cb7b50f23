package director

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/vip"
)

// A router is one of a pair: a director in a network namespace of its own, on
// a thread that keeps it.
type router struct {
	t   *testing.T
	d   *Director
	do  chan func()
	end chan struct{}
}

// in runs f in the router's namespace.
func (r *router) in(f func()) {
	done := make(chan struct{})
	r.do <- func() { defer close(done); f() }
	<-done
}

// newRouter makes a router with the far end of the veth eth0, which it takes
// from the caller's namespace, where it is called peer.
func newRouter(t *testing.T, peer string, c *Cluster) *router {
	r := &router{t: t, do: make(chan func()), end: make(chan struct{})}
	ready := make(chan error, 1)
	tid := make(chan int, 1)
	go func() {
		defer close(r.end)
		runtime.LockOSThread() // never unlocked: thread and namespace end together
		ready <- unix.Unshare(unix.CLONE_NEWNET)
		tid <- unix.Gettid()
		for f := range r.do {
			f()
		}
	}()
	if err := <-ready; err != nil {
		t.Skipf("cannot make a network namespace: %v", err)
	}
	t.Cleanup(func() { close(r.do); <-r.end })
	command(t, fmt.Sprintf("ip link set %s netns %d", peer, <-tid))
	r.in(func() {
		command(t, "ip link set lo up")
		command(t, "ip link set "+peer+" name eth0 up")
		table, err := ipvs.Dial()
		if err != nil {
			t.Error(err)
			return
		}
		rules, err := firewall.Dial()
		if err != nil {
			t.Error(err)
			return
		}
		addresses, err := vip.Dial()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { table.Close(); rules.Close(); addresses.Close() })
		r.d = New(table, addresses, rules, procSysctls{})
		r.d.Configure(c)
		if _, err := r.d.Reconcile(); err != nil {
			t.Error(err)
		}
	})
	if r.d == nil {
		t.FailNow()
	}
	return r
}

const synced = `
primary = 10.7.0.1
backup = 10.7.0.2
backup_active = 1
network = direct
syncdaemon = 1
syncd_iface = eth0
syncd_id = 7
virtual web {
 active = 1
 address = 10.7.0.100 eth0:1
 check = none
 server a {
  address = 10.7.0.1
  active = 1
 }
}
`

// TestKernelConnectionsOfTheBackup has a connection through one router, which
// the kernel tells the other one of: both count it, though hardly a packet
// has passed in it.
func TestKernelConnectionsOfTheBackup(t *testing.T) {
	for _, tt := range []struct{ name, options string }{
		{"as the kernel has it", ""},
		{"of IPv6", "syncd_group = ff02::81\nsyncd_port = 9000\nsyncd_maxlen = 512\nsyncd_ttl = 3\n"},
	} {
		t.Run(tt.name, func(t *testing.T) { connectionsOfTheBackup(t, synced+tt.options) })
	}
}

func connectionsOfTheBackup(t *testing.T, text string) {
	realWorld(t) // or skips
	command(t, "ip link add left type veth peer name right")
	c := cluster(t, text)
	one, two := newRouter(t, "left", c), newRouter(t, "right", c)
	one.in(func() {
		command(t, "ip address add 10.7.0.1/24 dev eth0")
		command(t, "ip -6 address add fe80::1/64 dev eth0 nodad")
	})
	two.in(func() {
		command(t, "ip address add 10.7.0.2/24 dev eth0")
		command(t, "ip -6 address add fe80::2/64 dev eth0 nodad")
	})
	for _, r := range []*router{one, two} {
		r.in(func() {
			// Before, what a daemon tells is lost: it tells of a connection once.
			wait(t, "the link carries", func() bool {
				return strings.Contains(command(t, "ip link show eth0"), " state UP ")
			})
			// The daemons' sockets are bound to addresses that came just now.
			wait(t, "the daemon runs", func() bool {
				if _, err := r.d.Reconcile(); err != nil {
					t.Log(err)
				}
				return len(r.d.Sync()) == 1 && len(r.d.Degraded()) == 0
			})
		})
	}
	one.in(func() {
		if err := one.d.SetActive(true, nil); err != nil {
			t.Error(err)
		}
		changed, err := one.d.FollowRole()
		if err != nil || len(changed) != 1 || !strings.HasPrefix(changed[0], "+ sync master daemon on eth0, id 7") {
			t.Errorf("changed %q, %v", changed, err)
		}
	})
	l := make(chan int, 1)
	one.in(func() { l <- connectThrough(t, netip.MustParseAddrPort("10.7.0.100:80")) })
	defer unix.Close(<-l)
	for _, r := range []*router{one, two} {
		r.in(func() {
			wait(t, "the connection is counted", func() bool {
				if _, err := r.d.Look(longLook); err != nil {
					t.Error(err)
				}
				return r.d.Connections() == 1
			})
		})
	}
	two.in(func() {
		if err := two.d.SetActive(true, nil); err != nil {
			t.Error(err)
		}
		if _, err := two.d.FollowRole(); err != nil {
			t.Error(err)
		}
		t.Log(two.d.Sync())
	})
	for _, r := range []*router{one, two} {
		r.in(func() {
			if err := r.d.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}

// wait waits for what a real kernel does when it does it.
func wait(t *testing.T, what string, ask func() bool) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for tick := time.Tick(50 * time.Millisecond); !ask(); {
		select {
		case <-tick:
		case <-late:
			t.Errorf("not in 2 min: %s", what)
			return
		}
	}
}

// connectThrough connects to a service of the thread's namespace, whose real
// server is in it too, and returns the connected socket.
func connectThrough(t *testing.T, to netip.AddrPort) int {
	t.Helper()
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Error(err)
		return -1
	}
	t.Cleanup(func() { unix.Close(listener) })
	if err := unix.Bind(listener, &unix.SockaddrInet4{Port: int(to.Port())}); err != nil {
		t.Error(err)
	}
	if err := unix.Listen(listener, 5); err != nil {
		t.Error(err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Error(err)
		return -1
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		t.Errorf("connect to %v: %v", to, err)
	}
	return fd
}
