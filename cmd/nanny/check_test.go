package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/probe"
)

// What Piranha's words ask for.
func TestNewCheck(t *testing.T) {
	for _, tt := range []struct {
		want     string
		protocol string
		port     uint16
		check    control.Check
	}{
		{`send "GET / HTTP/1.0\r\n\r\n" expect "HTTP"`, "tcp", 80, control.Check{}},
		{`tcp connect`, "tcp", 8080, control.Check{}},
		{`udp not refused`, "udp", 80, control.Check{}},
		{`sctp connect`, "sctp", 80, control.Check{}},
		{`tcp connect`, "tcp", 80, control.Check{Send: new("")}}, // switches the default off
		{`expect any byte`, "tcp", 80, control.Check{Expect: new("")}},
		{`send "a" expect "b"`, "tcp", 80, control.Check{Send: new("a"), Expect: new("b")}},
		{`udp send "a" expect a match of "b"`, "udp", 80, control.Check{Send: new("a"), Expect: new("b"), Regex: true}},
		{`program /bin/check %h expect "b"`, "sctp", 80, control.Check{Send: new("a"), Expect: new("b"), Program: []string{"/bin/check", "%h"}}},
		{`send and expect do not speak sctp: use send_program`, "sctp", 0, control.Check{Expect: new("b")}},
	} {
		w := control.Watch{Protocol: tt.protocol, Port: tt.port, RealPort: 8443, Checks: []control.Check{tt.check}}
		if got := newCheck(w).String(); got != tt.want {
			t.Errorf("%+v: %s, want %s", w, got, tt.want)
		}
	}
	bad := newCheck(control.Watch{Protocol: "tcp", Checks: []control.Check{{Expect: new("("), Regex: true}}})
	if r := bad.Probe(t.Context(), probe.Target{}); r.Up || !strings.Contains(r.Why, "missing closing )") || bad.String() != r.Why {
		t.Errorf("bad expression: %s, %+v", bad, r)
	}
}

// What a nanny is ordered, and the check that it makes of it.
func TestChecks(t *testing.T) {
	tcp := control.Watch{Protocol: "tcp", Port: 443, Interval: control.Duration(6 * time.Second)}
	udp := control.Watch{Protocol: "udp", Port: 53, Interval: control.Duration(6 * time.Second)}
	vip := tcp
	vip.Address = netip.MustParseAddr("10.0.0.200")
	for _, tt := range []struct {
		name  string
		watch control.Watch
		check control.Check
		want  string
	}{
		{"nothing", tcp, control.Check{}, "tcp connect"},
		{"another port decides the default", tcp, control.Check{Port: 80}, `send "GET / HTTP/1.0\r\n\r\n" expect "HTTP" at port 80`},
		{"text", tcp, control.Check{Kind: "text", Send: new("x"), Expect: new("y")}, `send "x" expect "y"`},
		{"program", tcp, control.Check{Kind: "program", Program: []string{"/bin/true", "%h"}}, "program /bin/true %h"},
		{"elsewhere", tcp, control.Check{Kind: "tcp", Address: netip.MustParseAddr("fd00::1"), Port: 8080}, "tcp connect at [fd00::1]:8080"},
		{"at another machine", tcp, control.Check{Kind: "tcp", Address: netip.MustParseAddr("10.0.0.9")}, "tcp connect at 10.0.0.9"},
		{"the VIP with a mark that leads to the server", vip, control.Check{Kind: "tcp", Address: vip.Address, Port: 443, Mark: 1}, "tcp connect through the VIP"},
		{"the VIP itself", vip, control.Check{Kind: "tcp", Address: vip.Address}, "tcp connect at 10.0.0.200"},
		{"http", tcp, control.Check{Kind: "http", Path: "/ok", Host: "www.example.org"}, "http GET /ok of www.example.org, status 200-399"},
		{"https", tcp, control.Check{Kind: "https", Status: "200,301-302", Body: "fine", Host: "www.example.org:8443", Verify: true}, `https GET / of www.example.org:8443, verified, status 200,301-302, with "fine"`},
		{"digest", tcp, control.Check{Kind: "http", Digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, "http GET /, status 200-399, SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"tls", tcp, control.Check{Kind: "tls", Name: "mail.example.org", Expiry: 14}, "tls handshake with mail.example.org"},
		{"dns", udp, control.Check{Kind: "dns", Query: "example.org", Type: "AAAA", Rcode: "NXDOMAIN"}, "dns example.org. AAAA expect NXDOMAIN"},
		{"smtp", tcp, control.Check{Kind: "smtp", TLS: true}, "smtp over tls"},
		{"imap", tcp, control.Check{Kind: "imap", User: "probe", Password: "secret"}, "imap as probe"},
		{"pop3", tcp, control.Check{Kind: "pop3"}, "pop3"},
		{"ldap", tcp, control.Check{Kind: "ldap", User: "cn=probe"}, "ldap bind as cn=probe"},
		{"mysql", tcp, control.Check{Kind: "mysql", User: "probe"}, "mysql as probe"},
		{"pgsql", tcp, control.Check{Kind: "pgsql"}, "pgsql"},
		{"redis", tcp, control.Check{Kind: "redis", Password: "secret"}, "redis as default"},
		{"grpc", tcp, control.Check{Kind: "grpc", Service: "shop.Cart"}, "grpc health of shop.Cart"},
		{"sip", udp, control.Check{Kind: "sip", User: "alice"}, "sip options over udp of alice"},
		{"radius", udp, control.Check{Kind: "radius", User: "probe", Password: "p", Secret: "s"}, "radius login of probe"},
		{"ping", tcp, control.Check{Kind: "ping"}, "ping"},
		{"file", tcp, control.Check{Kind: "file", Path: "/run/serve", Body: "yes"}, `file /run/serve with "yes"`},
		{"off", tcp, control.Check{Kind: "off"}, "off"},
		{"unknown", tcp, control.Check{Kind: "gopher"}, `nanny knows no check "gopher"`},
		{"a bad expression", tcp, control.Check{Kind: "http", Body: "(", Regex: true}, "body: error parsing regexp: missing closing ): `(`"},
		{"a bad status", tcp, control.Check{Kind: "http", Status: "many"}, `status "many": not a code of three digits`},
	} {
		w := tt.watch
		w.Checks = []control.Check{tt.check}
		if got := newCheck(w).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// All checks of a watch must be passed, in their time.
func TestSeveralChecks(t *testing.T) {
	up := control.Check{Kind: "file", Path: "/proc/self/status"}
	w := control.Watch{Protocol: "tcp", Interval: control.Duration(time.Second), Checks: []control.Check{up, {Kind: "off"}}}
	if r := newCheck(w).Probe(t.Context(), probe.Target{}); r.Up {
		t.Errorf("one of two fails, and the server is up: %s", r.Why)
	}
	w.Checks[1] = up
	if r := newCheck(w).Probe(t.Context(), probe.Target{}); !r.Up {
		t.Errorf("both are passed, and the server is down: %s", r.Why)
	}
	b := builder{watch: w, check: control.Check{Timeout: control.Duration(300 * time.Millisecond), Connect: control.Duration(100 * time.Millisecond), Mark: 7}}
	if want := (probe.Way{Timeout: 300 * time.Millisecond, Connect: 100 * time.Millisecond, Mark: 7}); b.way() != want {
		t.Errorf("way %+v, want %+v", b.way(), want)
	}
	if got := (builder{watch: w}).way().Timeout; got != time.Second {
		t.Errorf("a check has %v, want the interval", got)
	}
}
