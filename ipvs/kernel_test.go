package ipvs

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jsimonetti/rtnetlink/v2"
	"golang.org/x/sys/unix"
)

// device is an interface of every namespace that dialKernel makes.
const device = "sync0"

// dialKernel is a Client in a fresh network namespace, into which it moves the
// test until its end, or skips. The test's goroutine keeps its thread, which
// ends with it.
func dialKernel(t testing.TB) *Client {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: no network namespace can be made")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("make a network namespace: %v", err)
	}
	c, err := Dial()
	if errors.Is(err, ErrNoIPVS) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := makeDevice(); err != nil {
		t.Fatalf("make %s: %v", device, err)
	}
	return c
}

// makeDevice brings up lo, and device with addresses: the kernel takes no destination
// of a family of which the namespace has no address. It is a dummy, whose
// addresses can be used at once.
func makeDevice() error {
	c, err := rtnetlink.Dial(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Link.Set(&rtnetlink.LinkMessage{Index: 1, Flags: unix.IFF_UP, Change: unix.IFF_UP}); err != nil {
		return err // lo, by which a host talks to itself
	}
	if err := c.Link.New(&rtnetlink.LinkMessage{
		Flags: unix.IFF_UP | unix.IFF_MULTICAST, Change: unix.IFF_UP | unix.IFF_MULTICAST,
		Attributes: &rtnetlink.LinkAttributes{Name: device, Info: &rtnetlink.LinkInfo{Kind: "dummy"}},
	}); err != nil {
		return err
	}
	link, err := net.InterfaceByName(device)
	if err != nil {
		return err
	}
	for _, s := range []string{"10.9.0.1/24", "fe80::9/64"} {
		p := netip.MustParsePrefix(s)
		if err := c.Address.New(&rtnetlink.AddressMessage{
			Family: uint8(familyOf(p.Addr())), PrefixLength: uint8(p.Bits()),
			Flags: unix.IFA_F_NODAD, Index: uint32(link.Index),
			Attributes: &rtnetlink.AddressAttributes{Address: p.Addr().AsSlice(), Local: p.Addr().AsSlice()},
		}); err != nil {
			return err
		}
	}
	return nil
}

func TestKernelTable(t *testing.T) {
	testTable(t, dialKernel(t))
}

// TestKernelPersistenceEngine is apart from the contract: a kernel may be
// without the engine.
func TestKernelPersistenceEngine(t *testing.T) {
	c := dialKernel(t)
	s := Service{Key: key(UDP, "10.0.0.1:5060"), Scheduler: "rr", Flags: Persistent, Timeout: 60e9, Netmask: 32, Engine: "sip"}
	err := c.Apply([]Op{AddService(s)})
	if errors.Is(err, ErrNoScheduler) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sip", ""} {
		s.Engine = engine
		apply(t, c, SetService(s))
		got, err := c.Service(s.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got.Service, comparable); diff != "" {
			t.Errorf("engine %q (-want +got):\n%s", engine, diff)
		}
	}
}

// TestKernelRules compares the Fake's text with that of the real ipvsadm for
// the same changes.
func TestKernelRules(t *testing.T) {
	c := dialKernel(t)
	f := NewFake()
	apply(t, f, sampleTable...)
	apply(t, c, sampleTable...)
	if diff := cmp.Diff(ruleLines(ipvsadm(t, "", "-Sn")), ruleLines(f.String())); diff != "" {
		t.Errorf("rules (-ipvsadm +fake):\n%s", diff)
	}
	var got strings.Builder
	for _, s := range services(t, c) {
		writeRules(&got, s.Service, destinations(t, c, s.Key))
	}
	if diff := cmp.Diff(f.String(), got.String()); diff != "" {
		t.Errorf("rules (-fake +kernel):\n%s", diff)
	}
}

func TestKernelUnknownDevice(t *testing.T) {
	c := dialKernel(t)
	err := c.StartDaemon(Daemon{Role: Master, Interface: "nowhere0"})
	if err == nil {
		t.Fatal("a sync daemon runs on an interface that does not exist")
	}
	wantError(t, err, unix.ENODEV, "start master sync daemon on nowhere0: no such device")
}

func TestKernelPermission(t *testing.T) {
	c := dialKernel(t)
	// Only this thread loses its capabilities, and it ends with the test.
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		t.Fatal(err)
	}
	_, err := c.Services()
	wantError(t, err, ErrPermission, "read services: "+ErrPermission.Error())
	wantError(t, err, os.ErrPermission, "")
	wantError(t, c.Flush(), ErrPermission, "")
	_, err = c.Count()
	wantError(t, err, ErrPermission, "")
	err = c.Apply([]Op{DeleteService(FWMarkKey(1, false)), DeleteService(FWMarkKey(2, false))})
	var batch *BatchError
	if !errors.As(err, &batch) || len(batch.Failed) != 2 || !errors.Is(err, ErrPermission) {
		t.Errorf("got %v, want both changes refused", err)
	}
}

// TestKernelNamespaces shows that a Client stays where it was dialed.
func TestKernelNamespaces(t *testing.T) {
	first := dialKernel(t)
	here, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	apply(t, first, AddService(Service{Key: FWMarkKey(1, false), Scheduler: "rr"}))
	second := dialKernel(t)
	apply(t, second, AddService(Service{Key: FWMarkKey(2, false), Scheduler: "rr"}))
	byFD, err := DialNetNS(int(here.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer byFD.Close()
	for _, tt := range []struct {
		name string
		c    *Client
		mark uint32
	}{{"first", first, 1}, {"second", second, 2}, {"first by file", byFD, 1}} {
		got := services(t, tt.c)
		if len(got) != 1 || got[0].Key.FWMark != tt.mark {
			t.Errorf("%s: got %v, want fwmark %d", tt.name, got, tt.mark)
		}
		apply(t, tt.c, AddService(Service{Key: key(TCP, "10.0.0.1:80"), Scheduler: "rr"}))
		if n, err := tt.c.Count(); err != nil || n != 2 {
			t.Errorf("%s: count %d, %v, want 2", tt.name, n, err)
		}
		apply(t, tt.c, DeleteService(key(TCP, "10.0.0.1:80")))
	}
}

// TestKernelConcurrent has changes and reads of many goroutines on one Client.
func TestKernelConcurrent(t *testing.T) {
	c := dialKernel(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			k := FWMarkKey(uint32(i+1), false)
			d := dest("10.1.0.1:80", Masquerade, uint32(i))
			if err := c.Apply([]Op{AddService(Service{Key: k, Scheduler: "wlc"}), AddDestination(k, d)}); err != nil {
				t.Error(err)
			}
			got, err := c.Destinations(k)
			if err != nil || len(got) != 1 || got[0].Destination != d {
				t.Errorf("%v: got %v, %v, want %v", k, got, err, d)
			}
			if _, err := c.Services(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(services(t, c)); n != 8 {
		t.Errorf("%d services, want 8", n)
	}
}

// TestKernelCounters sends a packet through a service and sees it counted.
func TestKernelCounters(t *testing.T) {
	c := dialKernel(t)
	k, d := key(UDP, "10.9.0.1:5000"), dest("10.9.0.1:5001", Masquerade, 1)
	apply(t, c, AddService(Service{Key: k, Scheduler: "rr"}), AddDestination(k, d))
	server, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(d.addrPort()))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := net.Dial("udp", "10.9.0.1:5000")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(2 * time.Minute)
	if err := server.SetReadDeadline(limit); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}

	// The kernel adds its counters up every two seconds, and tells nobody.
	const bytes = 20 + 8 + 5
	for range time.Tick(100 * time.Millisecond) {
		status := destinations(t, c, k)[0]
		if status.Active+status.Inactive != 1 {
			t.Fatalf("%d active and %d inactive connections, want 1 in all", status.Active, status.Inactive)
		}
		if status.Stats.Connections == 1 && status.Stats.InPackets == 1 && status.Stats.InBytes == bytes &&
			services(t, c)[0].Stats.InBytes == bytes {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("counters of one packet: %+v", status.Stats)
		}
	}
	if err := c.ZeroService(k); err != nil {
		t.Fatal(err)
	}
	if got := destinations(t, c, k)[0].Stats; got.InBytes != 0 || got.Connections != 0 {
		t.Errorf("counters after zero: %+v", got)
	}
}

// TestNoIPVS runs where TestKernel... cannot: on a kernel without IPVS.
func TestNoIPVS(t *testing.T) {
	c, err := Dial()
	if err == nil {
		_ = c.Close()
		t.Skip("this kernel has IPVS")
	}
	wantError(t, err, ErrNoIPVS, "the kernel has no IPVS: modprobe ip_vs")
}

// TestNoCount is of a kernel without IPVS, too.
func TestNoCount(t *testing.T) {
	if c, err := Dial(); err == nil {
		_ = c.Close()
		t.Skip("this kernel has IPVS")
	}
	counter, err := openCounter(0)
	if err != nil {
		t.Fatal(err)
	}
	defer counter.Close()
	_, err = (&Client{counter: counter}).Count()
	wantError(t, err, errors.ErrUnsupported, "count services: the kernel does not count its services")
	_, err = new(Client).Count()
	wantError(t, err, errors.ErrUnsupported, "")
}
