package lvscf

import (
	"net/netip"
	"time"
)

// A Check is how to ask a real server whether it serves. What its kind has no
// use for is left out, and so is what is as lvs.cf(5) has it by default.
type Check struct {
	// Probe is the name of the probe block, empty for a virtual's own check.
	Probe string
	Pos   Pos // of "probe", or of the virtual

	// Kind is text (send and expect), program, tcp, http, https, tls, dns,
	// smtp, imap, pop3, ldap, mysql, pgsql, redis, sip, radius, grpc, ping,
	// file, or off, which is always down. Empty is what the service's port and
	// protocol suggest.
	Kind string

	// Where it asks, if not the real server at its own port: another address,
	// another port; from an address of this router; with packets marked.
	Address netip.Addr
	Port    uint16
	Source  netip.Addr
	Mark    uint32
	// ThroughVIP: packets are addressed to the virtual's VIP, and go to the real
	// server as those of clients do.
	ThroughVIP bool

	Timeout time.Duration // of the whole check; 0: Virtual.Timeout
	Connect time.Duration // of connecting; 0: Timeout

	// text, program. Escapes are translated; nil: none given.
	Send, Expect *string
	Regex        bool     // Expect, or Body, is a POSIX extended regular expression that compiles
	Program      []string // split at blanks, %h and %p as written

	TLS    bool   // from the first byte, for kinds that also go without
	Name   string // server name (SNI) and name of the certificate; empty: Host
	Verify bool   // the certificate must be valid for Name
	Expiry int    // days of validity below which there is a warning; 0: none

	// http, https; file has Path and Body too.
	Method string // empty: GET
	Path   string // empty: /
	Host   string // of the Host header; empty: the address
	Status string // 200-299,301, sorted; empty: 200-399
	Body   string // must be somewhere in the answer's body
	Digest string // SHA-256 of the whole body, in small hexadecimal digits

	// dns.
	Query  string // the name asked for; empty: .
	Type   string // A, AAAA, ...; empty: A, of . NS
	Rcode  string // NOERROR, NXDOMAIN, ...; empty: NOERROR
	Answer string // must be the data of an answer

	// Where it logs in.
	User     string
	Password string
	Secret   string // radius: shared with the server

	Service string // grpc: whose health; empty: the server's
}
