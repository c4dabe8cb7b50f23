package vip

import (
	"context"
	"net/netip"
	"testing"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/ipv6"
)

// An advertisement that a router passed on, or of another address, is no
// answer; the same one from the link is.
func TestKernelAskAdvertisements(t *testing.T) {
	asked, other := ip("2001:db8::9"), ip("2001:db8::10")
	ask := func(ctx context.Context) error { return Ask(ctx, "eth0", ip("2001:db8::1"), asked) }
	var answered <-chan bool
	witnessNet(t).inFar(t, func() { answered = advertise(t, 64, asked, asked) })
	unheeded(t, "from beyond a router", answered, ask)
	witnessNet(t).inFar(t, func() { answered = advertise(t, ndp.HopLimit, asked, other) })
	unheeded(t, "of another address", answered, ask)
	witnessNet(t).inFar(t, func() { advertise(t, ndp.HopLimit, asked, asked) })
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	if err := ask(ctx); err != nil {
		t.Errorf("from the link: %v", err)
	}
}

// advertise answers each solicitation of one address with an advertisement of
// another, with that hop limit, until the test ends, and tells of each.
func advertise(t *testing.T, hops int, solicited, advertised netip.Addr) (answered <-chan bool) {
	c, _, err := ndp.Listen(farInterface(t), ndp.Unspecified)
	if err != nil {
		t.Fatal(err)
	}
	tell, done := make(chan bool, 1), make(chan struct{})
	t.Cleanup(func() { _ = c.Close(); <-done })
	group, err := ndp.SolicitedNodeMulticast(solicited)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.JoinGroup(group); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(done)
		for {
			m, _, by, err := c.ReadFrom()
			if err != nil {
				return
			}
			if ns, ok := m.(*ndp.NeighborSolicitation); !ok || ns.TargetAddress != solicited {
				continue
			}
			na := &ndp.NeighborAdvertisement{Solicited: true, TargetAddress: advertised}
			if err := c.WriteTo(na, &ipv6.ControlMessage{HopLimit: hops}, by); err != nil {
				return
			}
			select {
			case tell <- true:
			default:
			}
		}
	}()
	return tell
}
