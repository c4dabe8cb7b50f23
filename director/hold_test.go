package director

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/firewall"
	"pacu/ipvs"
)

// A holding is a kernel and a firewall that keep one log of what is asked of
// them.
type holding struct {
	*machine
	log     []string
	apply   error // of Apply
	hold    error // of Hold
	release error
}

func (h *holding) director() *Director {
	return New(heldKernel{h.kernel, h}, h.addresses, heldFirewall{h.firewall, h}, h.sysctls)
}

func (h *holding) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

type heldKernel struct {
	*ipvs.Fake
	h *holding
}

func (k heldKernel) Apply(ops []ipvs.Op) error {
	var words []string
	for _, o := range ops {
		words = append(words, o.String())
	}
	k.h.note("apply %s", strings.Join(words, ", "))
	if k.h.apply != nil {
		return k.h.apply
	}
	return k.Fake.Apply(ops)
}

type heldFirewall struct {
	*fakeFirewall
	h *holding
}

func (f heldFirewall) Hold(holds []firewall.Hold) error {
	for _, hold := range holds {
		if hold.FWMark != 0 {
			f.h.note("hold %s: fwmark %d of %s", hold.Name, hold.FWMark, hold.Addr)
			continue
		}
		f.h.note("hold %s: protocol %d of %s", hold.Name, hold.Protocol, netip.AddrPortFrom(hold.Addr, hold.Port))
	}
	return f.h.hold
}

func (f heldFirewall) Release() error { f.h.note("release"); return f.h.release }

// fourWays is an lvs.cf of services whose clients can wait, and one whose
// clients cannot.
func fourWays(scheduler string, weight int, more string) string {
	var b strings.Builder
	b.WriteString("primary = 192.0.2.1\n")
	for name, lines := range map[string]string{
		"mark": "fwmark = 7", "web": "address = 192.0.2.100 eth0:1\n port = 80",
		"voice": "address = 192.0.2.100 eth0:1\n port = 5060\n protocol = sctp", "dns": "address = 192.0.2.100 eth0:1\n port = 53\n protocol = udp",
	} {
		fmt.Fprintf(&b, "virtual %s {\n active = 1\n %s\n scheduler = %s\n %s\n check = none\n server a {\n  address = 192.0.2.11\n  active = 1\n  weight = %d\n }\n}\n",
			name, lines, scheduler, more, weight)
	}
	return b.String()
}

func TestHold(t *testing.T) {
	hold := []string{
		"hold web: protocol 6 of 192.0.2.100:80", "apply set tcp 192.0.2.100:80 wlc", "release",
		"hold voice: protocol 132 of 192.0.2.100:5060", "apply set sctp 192.0.2.100:5060 wlc", "release",
		"hold mark: fwmark 7 of 0.0.0.0", "apply set fwmark 7 wlc", "release",
	}
	alone := append(hold[:len(hold):len(hold)], "apply set udp 192.0.2.100:53 wlc")
	broken := errors.New("no route to the kernel")
	for _, tt := range []struct {
		name    string
		standby bool
		cfg     string
		h       holding
		want    []string
		err     error
	}{
		{name: "a scheduler", cfg: fourWays("wlc", 2, ""), want: append(hold[:len(hold):len(hold)],
			"apply set udp 192.0.2.100:53 wlc, set 192.0.2.11:53 of udp 192.0.2.100:53 weight 2, set 192.0.2.11:80 of tcp 192.0.2.100:80 weight 2, "+
				"set 192.0.2.11:5060 of sctp 192.0.2.100:5060 weight 2, set 192.0.2.11:80 of fwmark 7 weight 2")},
		{name: "standby", standby: true, cfg: fourWays("wlc", 1, ""), want: []string{
			"apply set udp 192.0.2.100:53 wlc, set tcp 192.0.2.100:80 wlc, set sctp 192.0.2.100:5060 wlc, set fwmark 7 wlc"}},
		{name: "persistence and flags", cfg: fourWays("rr", 1, "persistent = 60\n scheduler_flags = flag1"), want: []string{
			"apply set udp 192.0.2.100:53 rr persistent 1m0s, set tcp 192.0.2.100:80 rr persistent 1m0s, " +
				"set sctp 192.0.2.100:5060 rr persistent 1m0s, set fwmark 7 rr persistent 1m0s"}},
		{name: "no nftables", cfg: fourWays("wlc", 1, ""), h: holding{hold: firewall.ErrNoNFTables}, want: alone},
		{name: "a firewall that fails", cfg: fourWays("wlc", 1, ""), h: holding{hold: broken}, want: alone, err: broken},
		{name: "a firewall that does not let go", cfg: fourWays("wlc", 1, ""), h: holding{release: broken}, want: alone, err: broken},
		{name: "a kernel that fails", cfg: fourWays("wlc", 1, ""), h: holding{apply: broken}, want: hold[:3], err: broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := tt.h
			h.machine = newMachine()
			h.apply, h.hold, h.release = nil, nil, nil
			d := h.director()
			if err := d.SetActive(!tt.standby, nil); err != nil {
				t.Fatal(err)
			}
			d.Configure(cluster(t, fourWays("rr", 1, "")))
			reconcile(t, d)
			h.log, h.apply, h.hold, h.release = nil, tt.h.apply, tt.h.hold, tt.h.release
			d.Configure(cluster(t, tt.cfg))
			if _, err := d.Reconcile(); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, h.log); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHoldRefused has the kernel refuse changes among those that are held and
// those that are not.
func TestHoldRefused(t *testing.T) {
	const many = 18
	of := func(scheduler string, weight int) string {
		var b strings.Builder
		b.WriteString("primary = 192.0.2.1\n")
		for i := range many {
			fmt.Fprintf(&b, "virtual v%d {\n active = 1\n fwmark = %d\n scheduler = %s\n check = none\n server a {\n  address = 192.0.2.11\n  active = 1\n  weight = %d\n }\n}\n",
				i+1, i+1, scheduler, weight)
		}
		return b.String()
	}
	h := holding{machine: newMachine()}
	d := h.director()
	if err := d.SetActive(true, nil); err != nil {
		t.Fatal(err)
	}
	d.Configure(cluster(t, of("rr", 1)))
	reconcile(t, d)
	h.log = nil
	refused := map[string]bool{"set fwmark 3 wlc": true, "set 192.0.2.11:80 of fwmark 5 weight 2": true, "set fwmark 17 wlc": true}
	h.kernel.Refuse = func(o ipvs.Op) error {
		if refused[o.String()] {
			return ipvs.ErrNoScheduler
		}
		return nil
	}
	d.Configure(cluster(t, of("wlc", 2)))
	r, err := d.Reconcile()
	for what := range refused {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("error %v lacks %q", err, what)
		}
	}
	for _, c := range r.Changes {
		if refused[c.Op().String()] {
			t.Errorf("%s was refused, and told to be done", c.Op())
		}
	}
	if want := 2*many - len(refused); len(r.Changes) != want {
		t.Errorf("%d changes, want %d", len(r.Changes), want)
	}
	if got := len(h.log); got != 3*many+1 {
		t.Errorf("%d calls, want three for each service and one for all weights:\n%s", got, strings.Join(h.log, "\n"))
	}
}
