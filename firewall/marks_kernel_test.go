package firewall

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A witness is a router whose VIPs are served by one listener for each of the
// marks, to which a table of its own sends packets by their mark.
func witness(t *testing.T, marks ...uint32) (router, client namespace) {
	t.Helper()
	n := namespaces(t, 2)
	router, client = n[0], n[1]
	cable(t, router, "eth0", []string{"10.0.0.254/24", "10.0.0.1/24", "10.0.0.2/24", "2001:db8::fe/64", "2001:db8::1/64", "2001:db8::2/64"},
		client, "eth0", []string{"10.0.0.9/24", "2001:db8::9/64"})
	router.enter(t)
	for _, hook := range []string{"prerouting", "output"} {
		nft(t, fmt.Sprintf("add table inet witness; add chain inet witness %s { type nat hook %[1]s priority -100; }", hook))
		for _, m := range append(marks, 0) {
			nft(t, fmt.Sprintf("add rule inet witness %s meta l4proto { tcp, udp } meta mark %d redirect to :%d", hook, m, 9000+m))
		}
	}
	for _, m := range append(marks, 0) {
		serve(t, netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(9000+m)), func(netip.AddrPort) string { return fmt.Sprint(m) })
	}
	return router, client
}

func TestKernelMarks(t *testing.T) {
	router, client := witness(t, 80, 7, 8, 86, 87)
	c := testConn(t)
	replace(t, c, Ruleset{Marks: []Mark{
		{Name: "web", Addr: addr("10.0.0.1"), Protocols: []uint8{tcp}, Ports: []PortRange{{80, 80}, {443, 443}, {8000, 8100}, {8050, 8200}}, Mark: 80},
		{Name: "rest", Addr: addr("10.0.0.1"), Protocols: []uint8{tcp}, Ports: []PortRange{{1, 65535}}, Mark: 7},
		{Name: "every", Addr: addr("10.0.0.2"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{0, 65535}}, Mark: 8},
		{Name: "web6", Addr: addr("2001:db8::1"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{80, 80}, {1000, 1999}}, Mark: 86},
		{Name: "every6", Addr: addr("2001:db8::2"), Protocols: []uint8{udp}, Ports: []PortRange{{1, 65535}}, Mark: 87},
	}})
	for _, from := range []struct {
		name string
		namespace
	}{{"client", client}, {"router itself", router}} {
		from.enter(t)
		for _, tt := range []struct{ to, want string }{
			{"tcp 10.0.0.1:80", "80"},
			{"tcp 10.0.0.1:443", "80"},
			{"tcp 10.0.0.1:7999", "7"},
			{"tcp 10.0.0.1:8000", "80"},
			{"tcp 10.0.0.1:8100", "80"},
			{"tcp 10.0.0.1:8200", "80"},
			{"tcp 10.0.0.1:8201", "7"},
			{"tcp 10.0.0.1:65535", "7"},
			{"udp 10.0.0.1:80", "0"},
			{"tcp 10.0.0.254:80", "0"},
			{"tcp 10.0.0.2:1", "8"},
			{"udp 10.0.0.2:65535", "8"},
			{"tcp [2001:db8::1]:80", "86"},
			{"udp [2001:db8::1]:1999", "86"},
			{"udp [2001:db8::1]:2000", "0"},
			{"udp [2001:db8::2]:5", "87"},
			{"tcp [2001:db8::2]:5", "0"},
			{"udp [2001:db8::fe]:80", "0"},
		} {
			network, to, _ := strings.Cut(tt.to, " ")
			if network == "udp" && from.namespace == router {
				continue // the witness's answer would come from another address
			}
			if got := ask(t, dial(t, network, to)); got != tt.want {
				t.Errorf("from %s to %s: mark %s, want %s", from.name, tt.to, got, tt.want)
			}
		}
	}
}

// TestKernelReplaceIsAtomic asks on new connections while the table is
// replaced all the time: none must find it missing.
func TestKernelReplaceIsAtomic(t *testing.T) {
	router, client := witness(t, 5, 6)
	c := testConn(t)
	set := func(mark uint32, more int) Ruleset {
		r := Ruleset{Marks: []Mark{{Addr: addr("10.0.0.1"), Protocols: []uint8{udp}, Ports: []PortRange{{53, 53}}, Mark: mark}}}
		for i := range more {
			r.Marks = append(r.Marks, Mark{Addr: addr("10.0.0.2"), Protocols: []uint8{udp}, Ports: []PortRange{{uint16(i + 1), uint16(i + 1)}}, Mark: 9})
		}
		return r
	}
	replace(t, c, set(5, 100))
	client.enter(t)
	d := net.Dialer{Timeout: patience}
	done := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		// A Conn that has to dial anew does so where its caller is.
		runtime.LockOSThread()
		if err := unix.Setns(router.fd, unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
				if err := c.Replace(set(uint32(5+i%2), i%100)); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	for range 300 {
		q, err := d.Dial("udp", "10.0.0.1:53")
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(t, q); got != "5" && got != "6" {
			t.Fatalf("mark %s while the table was replaced", got)
		}
		_ = q.Close()
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
