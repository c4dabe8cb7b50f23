package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"pacu/control"
	"pacu/probe"
)

// sameCheck is true when a and b probe in the same way.
func sameCheck(a, b control.Watch) bool {
	return a.Protocol == b.Protocol && a.Address == b.Address && a.Port == b.Port &&
		a.Interval == b.Interval && reflect.DeepEqual(a.Checks, b.Checks)
}

// newCheck is the check that a watch asks for.
func newCheck(w control.Watch) probe.Check {
	all := make(probe.All, len(w.Checks))
	for i, c := range w.Checks {
		b := builder{watch: w, check: c}
		all[i] = b.build()
		if c.Address.IsValid() || c.Port != 0 {
			all[i] = elsewhere{all[i], c.Address, c.Port, throughVIP(w, c)}
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// throughVIP tells whether c asks at the VIP with packets that are marked to
// reach the real server all the same.
func throughVIP(w control.Watch, c control.Check) bool {
	return c.Mark != 0 && c.Address.IsValid() && c.Address == w.Address
}

// A builder makes one check of a watch.
type builder struct {
	watch control.Watch
	check control.Check
}

func (b builder) build() probe.Check {
	made, err := b.make()
	if err != nil {
		return hopeless{err}
	}
	return made
}

func (b builder) way() probe.Way {
	timeout := cmp.Or(time.Duration(b.check.Timeout), interval(b.watch))
	return probe.Way{Timeout: timeout, Connect: time.Duration(b.check.Connect), Source: b.check.Source, Mark: b.check.Mark}
}

// port is where the check asks.
func (b builder) port() uint16 { return cmp.Or(b.check.Port, b.watch.Port) }

func (b builder) udp() bool { return b.watch.Protocol == "udp" }

func (b builder) make() (probe.Check, error) {
	c, way := b.check, b.way()
	switch c.Kind {
	case "", "text", "program":
		return b.piranha()
	case "tcp":
		return probe.TCP{Way: way}, nil
	case "http", "https":
		return b.http()
	case "tls":
		return probe.TLS{Way: way, Secure: b.secure()}, nil
	case "dns":
		return b.dns()
	case "smtp":
		return probe.SMTP{Way: way, TLS: b.tls()}, nil
	case "imap":
		return probe.IMAP{Way: way, TLS: b.tls(), User: c.User, Password: c.Password}, nil
	case "pop3":
		return probe.POP3{Way: way, TLS: b.tls(), User: c.User, Password: c.Password}, nil
	case "ldap":
		return probe.LDAP{Way: way, TLS: b.tls(), User: c.User, Password: c.Password}, nil
	case "mysql":
		return probe.MySQL{Way: way, TLS: b.tls(), User: c.User}, nil
	case "pgsql":
		return probe.PGSQL{Way: way, TLS: b.tls(), User: c.User}, nil
	case "redis":
		return probe.Redis{Way: way, TLS: b.tls(), User: c.User, Password: c.Password}, nil
	case "grpc":
		return probe.GRPC{Way: way, TLS: b.tls(), Service: c.Service}, nil
	case "sip":
		return probe.SIP{Way: way, UDP: b.udp(), User: c.User}, nil
	case "radius":
		return probe.Radius{Way: way, User: c.User, Password: c.Password, Secret: c.Secret}, nil
	case "ping":
		return probe.Ping{Way: way}, nil
	case "file":
		body, err := b.body()
		return probe.File{Path: c.Path, Body: body}, err
	case "off":
		return probe.Off{}, nil
	}
	return nil, fmt.Errorf("nanny knows no check %q", c.Kind)
}

// piranha is the program, else send and expect, else the default of the port.
func (b builder) piranha() (probe.Check, error) {
	c, way := b.check, b.way()
	expect, err := b.expect()
	if err != nil {
		return nil, err
	}
	sctp, bare := b.watch.Protocol == "sctp", c.Send == nil && expect == nil
	switch {
	case len(c.Program) > 0:
		return probe.Program{Words: c.Program, Expect: expect, Timeout: way.Timeout}, nil
	case sctp && bare:
		return probe.SCTP{Way: way}, nil
	case sctp:
		return nil, fmt.Errorf("send and expect do not speak sctp: use send_program")
	case bare:
		return probe.Default(b.port(), b.udp(), way), nil
	}
	made := probe.SendExpect{Way: way, Expect: expect, UDP: b.udp()}
	if c.Send != nil {
		made.Send = *c.Send
	}
	return made, nil
}

func (b builder) expect() (*probe.Expect, error) {
	if b.check.Expect == nil {
		return nil, nil
	}
	e := probe.Prefix(*b.check.Expect)
	if b.check.Regex {
		var err error
		if e, err = probe.Pattern(*b.check.Expect); err != nil {
			return nil, err
		}
	}
	return &e, nil
}

func (b builder) http() (probe.Check, error) {
	c := b.check
	made := probe.HTTP{Way: b.way(), Method: c.Method, Path: c.Path, Host: c.Host}
	if c.Kind == "https" {
		secure := b.secure()
		made.TLS = &secure
	}
	var err error
	if c.Status != "" {
		if made.Status, err = probe.ParseStatuses(c.Status); err != nil {
			return nil, err
		}
	}
	if c.Body != "" {
		body, err := b.body()
		if err != nil {
			return nil, err
		}
		made.Body = &body
	}
	if c.Digest != "" {
		digest, err := probe.ParseDigest(c.Digest)
		if err != nil {
			return nil, err
		}
		made.Digest = &digest
	}
	return made, nil
}

func (b builder) body() (probe.Body, error) {
	if b.check.Regex {
		return probe.ContainsPattern(b.check.Body)
	}
	return probe.Contains(b.check.Body), nil
}

func (b builder) dns() (probe.Check, error) {
	c := b.check
	made := probe.DNS{Way: b.way(), TCP: b.watch.Protocol == "tcp", Query: c.Query, Answer: c.Answer}
	var err error
	if c.Type != "" {
		if made.Type, err = probe.ParseDNSType(c.Type); err != nil {
			return nil, err
		}
	}
	if c.Rcode != "" {
		if made.Rcode, err = probe.ParseRcode(c.Rcode); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// secure is how TLS is spoken.
func (b builder) secure() probe.Secure {
	return probe.Secure{Name: b.check.Name, Verify: b.check.Verify, Expiry: b.check.Expiry}
}

// tls is how TLS is spoken; nil without it.
func (b builder) tls() *probe.Secure {
	if !b.check.TLS {
		return nil
	}
	s := b.secure()
	return &s
}

// elsewhere is a check that asks at another address or port than the real
// server's.
type elsewhere struct {
	probe.Check
	addr netip.Addr // invalid: the real server's
	port uint16     // 0: the real server's
	vip  bool       // addr is the VIP, and the mark of its packets leads to the real server
}

// Probe asks there.
func (e elsewhere) Probe(ctx context.Context, t probe.Target) probe.Result {
	if e.addr.IsValid() {
		t.Addr = e.addr
	}
	t.Port = cmp.Or(e.port, t.Port)
	r := e.Check.Probe(ctx, t)
	if e.vip {
		r.Why = fmt.Sprintf("through the VIP %s: %s", t, r.Why)
	}
	return r
}

// String names the check and where it asks.
func (e elsewhere) String() string {
	name := fmt.Sprint(e.Check)
	if strings.Contains(name, ", ") {
		name += ","
	}
	switch {
	case e.vip:
		return name + " through the VIP"
	case !e.addr.IsValid():
		return fmt.Sprintf("%s at port %d", name, e.port)
	case e.port == 0:
		return fmt.Sprintf("%s at %s", name, e.addr)
	}
	return fmt.Sprintf("%s at %s", name, netip.AddrPortFrom(e.addr, e.port))
}

// hopeless is a check that cannot be made, so that every probe fails, as in
// Piranha, and says why.
type hopeless struct{ err error }

// Probe fails.
func (h hopeless) Probe(context.Context, probe.Target) probe.Result {
	return probe.Result{Why: h.err.Error()}
}

// String is why.
func (h hopeless) String() string { return h.err.Error() }
