package realserver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

func TestFind(t *testing.T) {
	literal := func(h lvscf.Host, _ bool) (netip.Addr, error) {
		a, ok := h.Addr()
		if !ok {
			return a, errors.New("no name service")
		}
		return a, nil
	}
	virtual := func(name string, active bool, vip string, servers ...string) lvscf.Virtual {
		v := lvscf.Virtual{Name: name, Active: active, Forward: lvscf.Direct, VIP: lvscf.Floating{Addr: netip.MustParseAddr(vip)}}
		for _, s := range servers {
			name, address, _ := strings.Cut(s, " ")
			v.Servers = append(v.Servers, lvscf.Server{Name: name, Address: lvscf.Host(address)})
		}
		return v
	}
	mail := virtual("Mail", true, "10.0.0.101", "mx 10.0.0.13", "one 10.0.0.11")
	mail.SorryServer = netip.MustParseAddr("10.0.0.99")
	cfg := &lvscf.Config{Primary: "10.0.0.1", Virtuals: []lvscf.Virtual{
		virtual("web", true, "10.0.0.100", "one 10.0.0.11", "two 10.0.0.12"),
		mail,
		virtual("old", false, "10.0.0.102", "gone gone.example"),
	}}
	for _, tt := range []struct {
		q    Search
		want string
	}{
		{Search{Limit: 9}, "10.0.0.11 10.0.0.12 10.0.0.13 10.0.0.99 of 4, 4"},
		{Search{Skip: 1, Limit: 2}, "10.0.0.12 10.0.0.13 of 4, 4"},
		{Search{Skip: 4, Limit: 2}, "of 4, 4"},
		{Search{Match: "ONE", Limit: 9}, "10.0.0.11 of 1, 4"},
		{Search{Match: "mail", Limit: 9}, "10.0.0.11 10.0.0.13 10.0.0.99 of 3, 4"},
		{Search{Match: "mail", Skip: 1, Limit: 1}, "10.0.0.13 of 3, 4"},
		{Search{Match: ".0.12", Limit: 9}, "10.0.0.12 of 1, 4"},
		{Search{Match: "old", Limit: 9}, "of 0, 4"},
	} {
		found, err := Find(cfg, literal, tt.q)
		if err != nil {
			t.Errorf("%+v: %v", tt.q, err)
		}
		var words []string
		for _, s := range found.Servers {
			words = append(words, s.Addr.String())
		}
		words = append(words, fmt.Sprintf("of %d, %d", found.Matched, found.All))
		if diff := cmp.Diff(tt.want, strings.Join(words, " ")); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.q, diff)
		}
	}

	// What is found is the same as in the whole list: all that a server does is
	// told, also where one of its virtuals alone matches.
	all, err := For(cfg, literal)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Find(cfg, literal, Search{Match: "Mail", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all[:1], found.Servers, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("server one (-all +found):\n%s", diff)
	}

	cfg.Virtuals[2].Active = true
	if _, err := Find(cfg, literal, Search{Limit: 9}); message(err) != "virtual old: server gone: no name service" {
		t.Errorf("a name that nobody knows: %v", err)
	}
}

// A page of the largest file must not make an operator wait.
func BenchmarkFind(b *testing.B) {
	cfg := &lvscf.Config{Primary: "10.0.0.1"}
	for i := range 4000 {
		v := lvscf.Virtual{Name: fmt.Sprint("v", i), Active: true, Forward: lvscf.Direct, VIP: lvscf.Floating{Addr: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})}}
		for j := range 10 {
			n := i*10 + j
			v.Servers = append(v.Servers, lvscf.Server{Name: fmt.Sprint("s", n), Address: lvscf.Host(fmt.Sprintf("10.2.%d.%d", n>>8, n&255))})
		}
		cfg.Virtuals = append(cfg.Virtuals, v)
	}
	for b.Loop() {
		if _, err := Find(cfg, func(h lvscf.Host, _ bool) (netip.Addr, error) { a, _ := h.Addr(); return a, nil }, Search{Skip: 20000, Limit: 50}); err != nil {
			b.Fatal(err)
		}
	}
}
