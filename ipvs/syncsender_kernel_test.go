package ipvs

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestKernelSyncSender tells a real backup daemon, in another namespace, of
// connections: its kernel has them then, bound to their destinations.
func TestKernelSyncSender(t *testing.T) {
	for _, tt := range []struct {
		name   string
		daemon Daemon
	}{
		{"as the kernel has it", Daemon{SyncID: 7}},
		{"one a message", Daemon{SyncID: 7, MaxLen: 1, Port: 9000, TTL: 2, Group: netip.MustParseAddr("239.1.2.3")}},
		{"of IPv6", Daemon{MaxLen: 1400, Group: netip.MustParseAddr("ff02::81")}},
	} {
		t.Run(tt.name, func(t *testing.T) { syncSender(t, tt.daemon) })
	}
}

func syncSender(t *testing.T, d Daemon) {
	c := dialKernel(t)
	there := thisNamespace(t)
	dialKernel(t)
	here := thisNamespace(t)
	add := exec.Command("ip", "link", "add", "wire", "up", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "wire", "netns", "/proc/self/fd/3")
	add.ExtraFiles = []*os.File{there}
	if out, err := add.CombinedOutput(); err != nil {
		t.Skipf("needs a kernel with veth: %v: %s", err, out)
	}
	execute(t, "ip", "address", "add", "10.8.0.1/24", "dev", "wire")
	enter(t, there)
	execute(t, "ip", "address", "add", "10.8.0.2/24", "dev", "wire")
	execute(t, "ip", "link", "set", "wire", "up")
	eventually(t, running)

	web, web6, marked, sticky := key(TCP, "10.0.0.200:80"), key(TCP, "[fd00::c8]:80"), FWMarkKey(80, false), key(TCP, "10.0.0.201:80")
	apply(t, c,
		AddService(Service{Key: web, Scheduler: "rr"}), AddDestination(web, dest("10.1.0.11:80", Direct, 1)),
		AddService(Service{Key: web6, Scheduler: "rr"}), AddDestination(web6, dest("[fd01::b]:80", Direct, 1)),
		AddService(Service{Key: marked, Scheduler: "rr"}), AddDestination(marked, dest("10.1.0.12:0", Masquerade, 1)),
		AddService(Service{Key: sticky, Scheduler: "rr", Flags: Persistent, Timeout: 300e9, Netmask: 32}), AddDestination(sticky, dest("10.1.0.13:80", Direct, 1)))
	d.Role, d.Interface = Backup, "wire"
	if err := c.StartDaemon(d); err != nil {
		t.Fatal(err)
	}
	enter(t, here)
	eventually(t, running) // else what is sent goes into the queue of a link without carrier, and is lost
	d.Role = Master
	var s *SyncSender
	eventually(t, func() bool { // as soon as the link has an address of IPv6
		var err error
		s, err = NewSyncSender(t.Context(), d)
		return err == nil
	})
	if t.Failed() {
		t.FailNow()
	}
	defer s.Close()
	client, client6 := at("10.0.0.100:50000"), at("[fd00::64]:50000")
	tell := []SyncConnection{
		{Connection: Connection{Protocol: TCP, Client: client, Virtual: at("10.0.0.200:80"), Destination: at("10.1.0.11:80"), State: TCPEstablished}, Forward: Direct},
		{Connection: Connection{Protocol: TCP, Client: at("10.0.0.100:50001"), Virtual: at("10.0.0.200:80"), Destination: at("10.1.0.11:80"), State: TCPFinWait}, Forward: Direct},
		{Connection: Connection{Protocol: TCP, Client: client6, Virtual: at("[fd00::c8]:80"), Destination: at("[fd01::b]:80"), State: TCPSynReceived}, Forward: Direct},
		{Connection: Connection{Protocol: TCP, Client: client, Virtual: at("10.0.0.202:443"), Destination: at("10.1.0.12:443"), State: TCPEstablished}, FWMark: 80, Forward: Masquerade},
		{Connection: Connection{Protocol: TCP, Client: at("10.0.0.100:0"), Virtual: at("10.0.0.201:80"), Destination: at("10.1.0.13:80"), State: 1, Template: true}, Forward: Direct, Timeout: 5 * time.Minute},
		// Of no destination there: kept all the same.
		{Connection: Connection{Protocol: TCP, Client: client, Virtual: at("10.0.0.203:80"), Destination: at("10.1.0.14:80"), State: TCPEstablished}, Forward: Masquerade},
	}
	want := map[string]bool{}
	for i := range tell {
		if err := s.Tell(&tell[i]); err != nil {
			t.Fatal(err)
		}
		want[inWords(&tell[i].Connection)] = true
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	enter(t, there)
	// The kernel shows a connection a moment before it has its state.
	var got map[string]bool
	eventually(t, func() bool {
		got = map[string]bool{}
		if err := ReadConnections(func(c *Connection) error { got[inWords(c)] = true; return nil }); err != nil {
			t.Fatal(err)
		}
		return maps.Equal(want, got)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("connections of the backup (-want +got):\n%s", diff)
	}
	counts := map[string]string{}
	for _, k := range []Key{web, web6, marked, sticky} {
		d := destinations(t, c, k)[0]
		counts[k.String()] = fmt.Sprint(d.Active, d.Inactive, d.Persistent)
	}
	if diff := cmp.Diff(map[string]string{web.String(): "1 1 0", web6.String(): "1 0 0", marked.String(): "1 0 0", sticky.String(): "0 0 1"}, counts); diff != "" {
		t.Errorf("active, inactive and persistent connections of the destinations (-want +got):\n%s", diff)
	}

	// It goes on, and what changed is changed there.
	enter(t, here)
	tell[0].State = TCPFinWait
	if err := s.Tell(&tell[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	enter(t, there)
	eventually(t, func() bool { d := destinations(t, c, web)[0]; return d.Active == 0 && d.Inactive == 2 })
}

// running tells whether the wire carries: its end here is up some time after
// the other end is, when the kernel's watcher of links has come by.
func running() bool {
	out, _ := exec.Command("ip", "link", "show", "wire").Output()
	return strings.Contains(string(out), " state UP ")
}

func inWords(c *Connection) string {
	return fmt.Sprint(c.Protocol, c.Client, c.Virtual, c.Destination, c.State, c.Template)
}

func eventually(t *testing.T, done func() bool) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for tick := time.Tick(20 * time.Millisecond); !done(); <-tick {
		select {
		case <-limit:
			t.Error("two minutes have passed")
			return
		default:
		}
	}
}

func thisNamespace(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func enter(t *testing.T, ns *os.File) {
	t.Helper()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}
