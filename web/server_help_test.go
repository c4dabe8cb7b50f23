package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/templates"
)

// helpSetup is what pulse says of the servers of an lvs.cf.
func helpSetup() *control.Setup {
	addr := netip.MustParseAddr
	return &control.Setup{All: 45, Matched: 45, Servers: []control.ServerSetup{
		{
			Names: []string{"lvs-03"}, Address: addr("10.8.8.33"), Serves: []control.ServerUse{{Virtual: "http_server", How: "nat, 10.10.1.30"}},
			Steps: []control.SetupStep{{For: "gateway", Why: "answers go back through the active router", Commands: []string{"ip route replace default via 10.8.8.30"}}},
		},
		{
			Names: []string{"web-1", "web-1-tls"}, Address: addr("10.8.8.51"),
			Serves: []control.ServerUse{{Virtual: "web", How: "direct, 10.10.1.50"}, {Virtual: "web_tls", How: "direct, 10.10.1.50"}},
			Steps: []control.SetupStep{
				{For: "arp", Why: "answer ARP only on the interface", Commands: []string{
					"sysctl -w net.ipv4.conf.all.arp_ignore=1", "sysctl -w net.ipv4.conf.all.arp_announce=2", "sysctl -w net.ipv4.conf.lo.arp_ignore=1", "sysctl -w net.ipv4.conf.lo.arp_announce=2",
				}},
				{For: "accept", Addresses: []netip.Addr{addr("10.10.1.50")}, Why: "accept packets to 10.10.1.50", Commands: []string{"ip addr replace 10.10.1.50/32 dev lo"}},
			},
			Notes: []string{
				"the service must listen on the virtual's address and port; its answers go to the clients by its own way, not through the routers, which drop them",
				"direct: it must be on one link with the routers",
			},
		},
		{
			Names: []string{"far"}, Address: addr("2001:db8::61"), Router: "backup", Serves: []control.ServerUse{{Virtual: "far", How: "tunnel gre, 2001:db8::30"}},
			Steps: []control.SetupStep{
				{For: "unwrap", Why: "unwrap what the routers send", Commands: []string{"ip link add pacu-ip6gre type ip6gre local 2001:db8::61 remote any", "ip link set pacu-ip6gre up"}},
				{For: "magic", Why: "a step of a newer pulse <b>", Commands: []string{"true"}},
			},
		},
		{Names: []string{"sorry_server"}, Address: addr("10.8.8.99"), Serves: []control.ServerUse{{Virtual: "http_server", How: "fullnat, 10.10.1.30"}}},
	}}
}

func TestServerHelp(t *testing.T) {
	s, p := newConsole(t, true)
	p.setup = helpSetup()
	v := visit(t, s.Handler())
	v.login()
	resp, body := v.get(templates.HelpPath)
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	want(t, words(body), "Real server help", "45 real servers", "lvs-03 10.8.8.33", "http_server nat, 10.10.1.30",
		"Send answers back through the active router", "ip route replace default via 10.8.8.30",
		"web-1, web-1-tls", "Accept packets to 10.10.1.50", "direct: it must be on one link with the routers",
		"also the backup router", "a step of a newer pulse <b>", "sorry server 10.8.8.99", "Nothing is to be set up.", "Page 1 of 3")
	if strings.Contains(body, "<b>") {
		t.Error("pulse's words are no text")
	}
	_, body = v.get(templates.HelpPath, "Accept-Language", "zh")
	want(t, words(body), "真实服务器帮助", "接收发往 10.10.1.50 的数据包", "应答经由活动路由器返回")

	p.setup.Matched = 0
	p.setup.Servers = nil
	for _, path := range []string{
		"?q=+web+&page=3", "?page=0", "?page=x", "?page=99999999999", "?q=" + url.QueryEscape(strings.Repeat("界", 100)), "?q=%ff%3Cb%3E",
	} {
		if resp, body := v.get(templates.HelpPath + path); resp.StatusCode != http.StatusOK || strings.Contains(body, "<b>") {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	var asked []string
	for _, q := range p.looked[1:] {
		asked = append(asked, fmt.Sprintf("%d %d %d", len(q.Match), q.Skip, q.Limit))
	}
	if diff := cmp.Diff([]string{"0 0 20", "3 40 20", "0 0 20", "0 0 20", "0 0 20", "255 0 20", "3 0 20"}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	_, body = v.get(templates.HelpPath + "?q=nobody")
	want(t, words(body), "0 of 45 real servers", "No real server matches.")
	p.setup.All = 0
	_, body = v.get(templates.HelpPath)
	want(t, words(body), "The active virtual servers of lvs.cf have no real servers.")
	p.fail(errors.New("virtual web: server one: no such host"))
	resp, body = v.get(templates.HelpPath)
	if resp.StatusCode != http.StatusBadGateway {
		t.Error(resp.Status)
	}
	want(t, words(body), "pulse makes this list, and could not: virtual web: server one: no such host")
}

// A counting pulse counts who asks for set-ups at once, until it is let go.
type countingPulse struct {
	*fakePulse
	free   chan struct{}
	asking atomic.Int32
}

func (p *countingPulse) Setup(context.Context, control.SetupQuery) (*control.Setup, error) {
	p.asking.Add(1)
	<-p.free
	return &control.Setup{}, nil
}

// TestSetupsAtOnce holds that viewers do not take all of pulse's seats.
func TestSetupsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &countingPulse{fakePulse: &fakePulse{}, free: make(chan struct{})}
		s := &Server{Options: Options{Pulse: p}, setups: make(chan struct{}, setupsAtOnce)}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 3 * setupsAtOnce {
			all.Go(func() {
				if _, err := s.setupOf(ctx, control.SetupQuery{}); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := p.asking.Load(); n != setupsAtOnce {
			t.Errorf("%d ask at once", n)
		}
		cancel() // those who wait leave
		synctest.Wait()
		close(p.free)
		all.Wait()
		if n := p.asking.Load(); n != setupsAtOnce {
			t.Errorf("%d asked though they had left", n)
		}
	})
}
