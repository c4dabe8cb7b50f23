package bench

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

func TestServed(t *testing.T) {
	dead, other := routerAddr(0), routerAddr(1)
	a, b := widely.address(0), widely.address(1)
	at := func(ms int, k kind, addr netip.Addr, host byte) sighting {
		return sighting{time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond), k, addr, [6]byte{host}}
	}
	seen := []sighting{
		at(0, announcement, a, 1), at(1, announcement, b, 1),
		at(100, heartbeat, dead, 1), at(200, heartbeat, dead, 1), at(210, announcement, a, 1), at(250, heartbeat, other, 2),
		at(550, announcement, a, 2), at(560, announcement, a, 2), at(700, announcement, b, 2), at(900, announcement, b, 2),
	}
	first, last, err := served(seen, dead, 2)
	if first != 350*time.Millisecond || last != 500*time.Millisecond || err != nil {
		t.Errorf("first %s, last %s, error %v; want 350ms, 500ms", first, last, err)
	}
	if _, _, err := served(seen[:8], dead, 2); err == nil {
		t.Error("one of two addresses is not announced: no error")
	}
	if _, _, err := served(seen[:2], dead, 2); err == nil {
		t.Error("nothing was heard of the dead router: no error")
	}
}

func TestCompareTakeovers(t *testing.T) {
	ours := []takeover{{360 * time.Millisecond, 500 * time.Millisecond, 300 * time.Millisecond}}
	theirs := []takeover{{400 * time.Millisecond, 2 * time.Second, 360 * time.Millisecond}}
	var got strings.Builder
	for _, f := range compareTakeovers("failover/takeover-100ms", ours, "keepalived", theirs, 0.5, "much") {
		got.WriteString(f.String() + "\n")
	}
	want := `bench failover/takeover-100ms/first-served-s ours=0.36 peer=keepalived:0.40 ratio=0.90 want<=0.50 MISSED (since the last heartbeat; much)
bench failover/takeover-100ms/last-served-s ours=0.50 peer=keepalived:2.00 ratio=0.25 want<=0.50 met (since the last heartbeat; much)
bench failover/takeover-100ms/first-served-after-deadtime-s ours=0.06 peer=keepalived:0.04 ratio=1.50 (past the silence that each waits for)
bench failover/takeover-100ms/last-served-after-deadtime-s ours=0.20 peer=keepalived:1.64 ratio=0.12 (past the silence that each waits for)
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Both systems are given the same addresses.
func TestBroadConfig(t *testing.T) {
	b := &broad{table: widely, pace: tenth}
	cfg, problems := lvscf.Read("lvs.cf", b.table.lvsFile(b.head()))
	if len(problems) > 0 {
		t.Fatal(problems[:min(5, len(problems))])
	}
	ours := map[netip.Addr]bool{}
	for _, v := range cfg.Virtuals {
		ours[v.VIP.Addr] = true
	}
	text := string(b.keepalivedFile(1))
	for a := range ours {
		if !strings.Contains(text, "        "+a.String()+"/32 dev eth0 ") {
			t.Errorf("keepalived does not move %s", a)
		}
	}
	if n := strings.Count(text, "/32 dev eth0 "); n != widely.addresses || len(ours) != n {
		t.Errorf("keepalived moves %d addresses, pulse %d, want %d", n, len(ours), widely.addresses)
	}
	if n := strings.Count(text, "virtual_server "); n != widely.virtuals {
		t.Errorf("%d virtual servers, want %d", n, widely.virtuals)
	}
}
