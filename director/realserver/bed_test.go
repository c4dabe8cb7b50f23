package realserver

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pacu/lab"
)

// The lab of these tests: a client behind a gateway, and beyond it one link
// with the router, two real servers and the virtual addresses, so that
// whoever answers ARP for those is found out. Everybody has IPv4 and IPv6.
//
//	client -- gateway -- router, one, two
type bed struct {
	*lab.Cluster
	client, gateway, router *lab.Host
	servers                 []*lab.Host
	nobody                  *lab.Host // for questions to the kernel
}

// The addresses. What follows for the link is by last number: 10.91.0.N and
// fd91::N.
const (
	gatewayNumber, routerNumber, natNumber, firstNumber, vipNumber = 254, 1, 2, 11, 100
)

func on4(n int) string { return fmt.Sprintf("10.91.0.%d", n) }
func on6(n int) string { return fmt.Sprintf("fd91::%x", n) }

// newBed builds the lab, or skips the test where it cannot be.
func newBed(t *testing.T) *bed {
	t.Helper()
	if err := lab.Check(); err != nil {
		t.Skip(err)
	}
	b := &bed{Cluster: lab.New("realserver")}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	far, link := b.Switch("far"), b.Switch("link")
	b.nobody, b.client = b.Host("nobody"), b.Host("client")
	b.client.Plug(far, "eth0", "10.90.0.9/24", "fd90::9/64")
	b.gateway = b.Host("gateway")
	b.gateway.Plug(far, "eth0", "10.90.0.254/24", "fd90::fe/64")
	b.gateway.Plug(link, "eth1", on4(gatewayNumber)+"/24", on6(gatewayNumber)+"/64")
	b.router = b.Host("router")
	b.router.Plug(link, "eth0", on4(routerNumber)+"/24", on6(routerNumber)+"/64")
	for _, n := range []int{natNumber, vipNumber} {
		b.router.Address("eth0", on4(n)+"/24")
		b.router.Address("eth0", on6(n)+"/64")
	}
	for i, name := range []string{"one", "two"} {
		h := b.Host(name)
		h.Plug(link, "eth0", on4(firstNumber+i)+"/24", on6(firstNumber+i)+"/64")
		// As strict as many a distribution has it.
		h.Sysctl("net.ipv4.conf.all.rp_filter", "1")
		h.Sysctl("net.ipv4.conf.default.rp_filter", "1")
		b.servers = append(b.servers, h)
	}
	for _, h := range []*lab.Host{b.gateway, b.router} {
		h.Sysctl("net.ipv4.ip_forward", "1")
		h.Sysctl("net.ipv6.conf.all.forwarding", "1")
		for _, iface := range []string{"all", "eth0"} {
			h.Sysctl("net.ipv4.conf."+iface+".rp_filter", "0")
			h.Sysctl("net.ipv4.conf."+iface+".send_redirects", "0")
		}
	}
	b.gateway.Sysctl("net.ipv4.conf.eth1.rp_filter", "0")
	b.client.Route("default", "10.90.0.254")
	b.client.Route("default", "fd90::fe")
	for _, h := range append([]*lab.Host{b.router}, b.servers...) {
		h.Route("default", on4(gatewayNumber))
		h.Route("default", on6(gatewayNumber))
	}
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range b.servers {
		if _, err := lab.NewWeb(h, ":80"); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func port80(a string) string { return netip.AddrPortFrom(netip.MustParseAddr(a), 80).String() }

func (b *bed) ipvsadm(t *testing.T, words string) {
	t.Helper()
	if err := b.router.Run("ipvsadm", strings.Fields(words)...); err != nil {
		t.Fatal(err)
	}
}

// get fetches a page as the client. Where nobody answers for the address, the
// gateway says so after some seconds.
func (b *bed) get(t *testing.T, url string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return b.client.Get(ctx, netip.Addr{}, url)
}

// state is what to look at when a page does not come.
func (b *bed) state(t *testing.T) string {
	var out strings.Builder
	for _, q := range []struct {
		host    *lab.Host
		command string
	}{
		{b.router, "ipvsadm -Lnc"}, {b.gateway, "ip neigh"},
		{b.servers[0], "ip -s addr"}, {b.servers[1], "ip -s addr"},
	} {
		words := strings.Fields(q.command)
		text, err := q.host.Output(t.Context(), words[0], words[1:]...)
		fmt.Fprintf(&out, "%s: %s: %v\n%s", q.host.Name(), q.command, err, text)
	}
	return out.String()
}
