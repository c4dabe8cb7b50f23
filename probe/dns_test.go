package probe

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers a question with a few records, after change has had its
// way with the message.
func nameServer(change func(*dnsmessage.Message)) func([]byte) []byte {
	return func(b []byte) []byte {
		var m dnsmessage.Message
		if err := m.Unpack(b); err != nil {
			return []byte(err.Error())
		}
		name := m.Questions[0].Name
		record := func(kind dnsmessage.Type, body dnsmessage.ResourceBody) {
			if m.Questions[0].Type == kind || m.Questions[0].Type == dnsmessage.Type(255) {
				h := dnsmessage.ResourceHeader{Name: name, Type: kind, Class: dnsmessage.ClassINET}
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: body})
			}
		}
		m.Response = true
		record(dnsmessage.TypeA, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}})
		record(dnsmessage.TypeA, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 2}})
		record(dnsmessage.TypeAAAA, &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("2001:db8::1").As16()})
		record(dnsmessage.TypeNS, &dnsmessage.NSResource{NS: dnsmessage.MustNewName("ns.example.")})
		record(dnsmessage.TypePTR, &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("host.example.")})
		record(dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("other.example.")})
		record(dnsmessage.TypeMX, &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName("mail.example.")})
		record(dnsmessage.TypeSRV, &dnsmessage.SRVResource{Priority: 1, Weight: 2, Port: 5060, Target: dnsmessage.MustNewName("sip.example.")})
		record(dnsmessage.TypeTXT, &dnsmessage.TXTResource{TXT: []string{"v=spf1 ", "-all"}})
		record(dnsmessage.TypeSOA, &dnsmessage.SOAResource{NS: dnsmessage.MustNewName("ns.example."), MBox: dnsmessage.MustNewName("root.example.")})
		record(257, &dnsmessage.UnknownResource{Type: 257, Data: []byte{0, 5}})
		if change != nil {
			change(&m)
		}
		b, err := m.Pack()
		if err != nil {
			return []byte(err.Error())
		}
		return b
	}
}

// overStream serves answer over TCP, with the length in front.
func overStream(answer func([]byte) []byte) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		var length [2]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return
		}
		b := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(c, b); err != nil {
			return
		}
		a := answer(b)
		_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...))
	}
}

func dnsType(t *testing.T, name string) DNSType {
	t.Helper()
	kind, err := ParseDNSType(name)
	if err != nil {
		t.Fatal(err)
	}
	return kind
}

func TestDNSAnswers(t *testing.T) {
	srv, tcp := udpServer(t, nameServer(nil)), tcpServer(t, overStream(nameServer(nil)))
	const in = ` in [\d.]+ m?s`
	for _, tt := range []struct {
		query, kind, answer string
		up                  bool
		why                 string
	}{
		{"", "", "", true, `got NOERROR` + in},
		{"", "", "ns.example", true, `got "ns.example"` + in},
		{"www.example", "", "192.0.2.2", true, `got "192.0.2.2"` + in},
		{"www.example.", "A", "192.0.2.3", false, `got NOERROR with "192.0.2.1", "192.0.2.2", expected "192.0.2.3"`},
		{"www.example", "A", "www", false, `got NOERROR with "192.0.2.1", "192.0.2.2", expected "www"`},
		{"www.example", "AAAA", "2001:DB8:0::1", true, `got .*`},
		{"www.example", "NS", "NS.EXAMPLE.", true, `got .*`},
		{"www.example", "CNAME", "other.example", true, `got .*`},
		{"1.2.0.192.in-addr.arpa", "PTR", "host.example", true, `got .*`},
		{"example", "MX", "mail.example", true, `got .*`},
		{"example", "MX", "10 mail.example.", true, `got .*`},
		{"example", "MX", "20 mail.example.", false, `got NOERROR with "10 mail.example.", expected .*`},
		{"_sip._udp.example", "SRV", "sip.example", true, `got .*`},
		{"_sip._udp.example", "SRV", "1 2 5060 sip.example", true, `got .*`},
		{"example", "TXT", "v=spf1 -all", true, `got .*`},
		{"example", "TXT", "V=SPF1 -ALL", false, `got NOERROR with "v=spf1 -all", expected .*`},
		{"example", "SOA", "ns.example", true, `got .*`},
		{"example", "CAA", `\# 2 0005`, true, `got .*`},
		{"example", "ANY", "none", false, `got NOERROR with "192.0.2.1", "192.0.2.2", "2001:db8::1" and 8 more, expected "none"`},
		{"example", "DS", "x", false, `got NOERROR with no answer, expected "x"`},
		{strings.Repeat("a", 64) + ".example", "A", "", false, `query "a+.example": .*`},
		{strings.Repeat("a.", 130), "A", "", false, `query "[a.]+": longer than 255 bytes`},
	} {
		c := DNS{Way: Way{Timeout: long}, Query: tt.query, Type: dnsType(t, tt.kind), Answer: tt.answer}
		wantResult(t, c.Probe(t.Context(), srv), tt.up, tt.why)
		c.TCP = true
		wantResult(t, c.Probe(t.Context(), tcp), tt.up, `(connected in .*, )?`+tt.why)
	}
}

// TestDNSMisbehaving is against servers over UDP that do what they should not.
func TestDNSMisbehaving(t *testing.T) {
	header := func(change func(*dnsmessage.Message)) func([]byte) []byte { return nameServer(change) }
	code := func(code dnsmessage.RCode, questions bool) func([]byte) []byte {
		return nameServer(func(m *dnsmessage.Message) {
			m.RCode, m.Answers = code, nil
			if !questions {
				m.Questions = nil
			}
		})
	}
	const none = "no answer in LIMIT, but "
	for _, tt := range []struct {
		name   string
		server func([]byte) []byte
		rcode  Rcode
		up     bool
		why    string
	}{
		{"silence", always0, 0, false, "no answer in LIMIT"},
		{"wrong id", header(func(m *dnsmessage.Message) { m.ID++ }), 0, false, none + "an answer with another id"},
		{"answers of before", late(nameServer(nil)), 0, true, `got "192.0.2.1" in .*`}, // to the second copy
		{"our question", func(b []byte) []byte { return b }, 0, false, none + "a question"},
		{"wrong name", header(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("evil.example.") }), 0, false,
			none + `an answer to another question, "evil.example." A`},
		{"wrong type", header(func(m *dnsmessage.Message) { m.Questions[0].Type = dnsmessage.TypeMX }), 0, false, none + `an answer to another question, .* MX`},
		{"wrong class", header(func(m *dnsmessage.Message) { m.Questions[0].Class = dnsmessage.ClassCHAOS }), 0, false, none + `an answer to another question, .*`},
		{"capitals", header(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("WWW.Example.") }), 0, true, `got .*`},
		{"no question", header(func(m *dnsmessage.Message) { m.Questions = nil }), 0, false, none + "an answer without its question"},
		{"garbage", func([]byte) []byte { return []byte("HTTP/1.1 400") }, 0, false, none + ".*"},
		{"short", func([]byte) []byte { return []byte{1, 2, 3} }, 0, false, none + `garbage .*`},
		{"empty", func([]byte) []byte { return []byte{} }, 0, false, none + `garbage ""`},
		{"cut short", func(b []byte) []byte { a := nameServer(nil)(b); return a[:len(a)-3] }, 0, false, `got a garbled answer: .*`},
		{"refused", code(dnsmessage.RCodeRefused, true), 0, false, "got REFUSED, expected NOERROR"},
		{"refused, no question", code(dnsmessage.RCodeRefused, false), 0, false, "got REFUSED, expected NOERROR"},
		{"failure", code(dnsmessage.RCodeServerFailure, true), 0, false, "got SERVFAIL, expected NOERROR"},
		{"no such name, as expected", code(dnsmessage.RCodeNameError, true), 3, false, `got NXDOMAIN with no answer, expected "192.0.2.1"`},
		{"code without a name", code(14, true), 0, false, "got RCODE14, expected NOERROR"},
		{"lost once", halfLost(nameServer(nil)), 0, true, `got "192.0.2.1" in .*`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			limit := long
			if strings.HasPrefix(tt.why, "no answer") {
				limit = short
			}
			if tt.up {
				limit = time.Second // for the question is asked again after half of it
			}
			c := DNS{Way: Way{Timeout: limit}, Query: "www.example", Rcode: tt.rcode, Answer: "192.0.2.1"}
			wantProbe(t, c, udpServer(t, tt.server), tt.up, tt.why)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		wantResult(t, DNS{Way: Way{Timeout: long}}.Probe(t.Context(), refusing(t)), false, "port unreachable")
	})
	t.Run("no such name", func(t *testing.T) {
		c := DNS{Way: Way{Timeout: long}, Query: "no.example", Rcode: 3}
		wantResult(t, c.Probe(t.Context(), udpServer(t, code(dnsmessage.RCodeNameError, true))), true, `got NXDOMAIN in .*`)
	})
}

// TestDNSTruncated asks over UDP and then TCP at the same port.
func TestDNSTruncated(t *testing.T) {
	truncated := nameServer(func(m *dnsmessage.Message) { m.Truncated, m.Answers = true, nil })
	const over = `truncated over UDP, over TCP connected in [\d.]+ m?s, `
	for _, tt := range []struct {
		name   string
		server func(*net.TCPConn)
		limit  time.Duration
		up     bool
		why    string
	}{
		{"whole", overStream(nameServer(nil)), long, true, over + `got "192.0.2.2" in .*`},
		{"truncated everywhere", overStream(truncated), long, false, over + `got a truncated answer`},
		{"wrong id", overStream(nameServer(func(m *dnsmessage.Message) { m.ID++ })), long, false, over + `got an answer with another id`},
		{"closes", func(*net.TCPConn) {}, long, false, over + `(got nothing: (EOF|connection reset by peer)|send: .*)`},
		{"half a length", pieces(func(*net.TCPConn) {}, "\x00"), long, false, over + `got nothing: (unexpected EOF|connection reset by peer)`},
		{"half an answer", pieces(func(*net.TCPConn) {}, "\x00\x40abc"), long, false, over + `got (3|0) of 64 bytes: (unexpected EOF|connection reset by peer)`},
		{"hangs", hang, 200 * time.Millisecond, false, over + `got nothing: no answer in [\d.]+ m?s`},
		{"empty message", pieces(hang, "\x00\x00"), long, false, over + `got garbage ""`},
		{"longest garbage", pieces(hang, "\xff\xff"+strings.Repeat("x", 65535)), long, false, over + `got .*`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			to := bothServer(t, truncated, tt.server)
			c := DNS{Way: Way{Timeout: tt.limit}, Query: "www.example", Answer: "192.0.2.2"}
			wantProbe(t, c, to, tt.up, tt.why)
		})
	}
	t.Run("no TCP", func(t *testing.T) {
		c := DNS{Way: Way{Timeout: long}, Query: "www.example"}
		wantResult(t, c.Probe(t.Context(), udpServer(t, truncated)), false, `truncated over UDP, over TCP connect: connection refused`)
	})
}

// bothServer serves UDP and TCP at one port.
func bothServer(t *testing.T, datagram func([]byte) []byte, stream func(*net.TCPConn)) Target {
	t.Helper()
	for range 100 {
		to := tcpServer(t, stream)
		c, err := net.ListenPacket("udp", to.String())
		if err != nil {
			continue // somebody else has the port over UDP
		}
		serveUDP(t, c, datagram)
		return to
	}
	t.Fatal("no port is free over TCP and UDP")
	return Target{}
}

func TestDNSString(t *testing.T) {
	for want, c := range map[string]DNS{
		`dns . NS expect NOERROR`:                               {},
		`dns www.example. A expect "192.0.2.1"`:                 {Query: "www.example", Answer: "192.0.2.1"},
		`dns over tcp www.example. TYPE999 expect NXDOMAIN`:     {TCP: true, Query: "www.example", Type: 999, Rcode: 3},
		`dns www.example. MX expect SERVFAIL expect "x"`:        {Query: "www.example.", Type: 15, Rcode: 2, Answer: "x"},
		`dns "` + strings.Repeat("a", 300) + `" expect RCODE11`: {Query: strings.Repeat("a", 300), Rcode: 11},
	} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzDNS(f *testing.F) {
	check := DNS{Query: "www.example", Type: 255, Answer: "192.0.2.1"}
	q, err := check.question()
	if err != nil {
		f.Fatal(err)
	}
	d := &dnsExchange{check: check, question: q, start: time.Now()}
	query, err := d.query()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(query)
	f.Add(nameServer(nil)(query))
	f.Add(nameServer(func(m *dnsmessage.Message) { m.Truncated = true })(query))
	f.Add(nameServer(func(m *dnsmessage.Message) { m.Questions, m.RCode = nil, 1 })(query))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2 { // or next to nothing would get past the first look
			b[0], b[1] = byte(d.id>>8), byte(d.id)
		}
		v, truncated := d.judge(b)
		if v.up && (!v.decided || truncated) || v.why == "" {
			t.Errorf("%+v, truncated %v", v, truncated)
		}
	})
}
