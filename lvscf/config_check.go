package lvscf

import (
	"net/netip"
	"time"
)

// A Check is how to ask a real server whether it serves. What its kind has no
// use for is left out, and so is what is as lvs.cf(5) has it by default.
type Check struct {
	// Probe is the name of the probe block, empty for a virtual's own check.
	Probe string `json:",omitzero"`
	Pos   Pos    `json:",omitzero"` // of "probe", or of the virtual

	// Kind is text (send and expect), program, tcp, http, https, tls, dns,
	// smtp, imap, pop3, ldap, mysql, pgsql, redis, sip, radius, grpc, ping,
	// file, or off, which is always down. Empty is what the service's port and
	// protocol suggest.
	Kind string `json:",omitzero"`

	// Where it asks, if not the real server at its own port: another address,
	// another port; from an address of this router; with packets marked.
	Address netip.Addr `json:",omitzero"`
	Port    uint16     `json:",omitzero"`
	Source  netip.Addr `json:",omitzero"`
	Mark    uint32     `json:",omitzero"`
	// ThroughVIP: packets are addressed to the virtual's VIP, and go to the real
	// server as those of clients do.
	ThroughVIP bool `json:",omitzero"`

	Timeout time.Duration `json:",omitzero"` // of the whole check; 0: Virtual.Timeout
	Connect time.Duration `json:",omitzero"` // of connecting; 0: Timeout

	// text, program. Escapes are translated; nil: none given.
	Send, Expect *string  `json:",omitzero"`
	Regex        bool     `json:",omitzero"` // Expect, or Body, is a POSIX extended regular expression that compiles
	Program      []string `json:",omitzero"` // split at blanks, %h and %p as written

	TLS    bool   `json:",omitzero"` // for kinds that also go without
	Name   string `json:",omitzero"` // server name (SNI) and name of the certificate; empty: Host
	Verify bool   `json:",omitzero"` // the certificate must be valid for Name
	Expiry int    `json:",omitzero"` // days of validity below which there is a warning; 0: none

	// http, https; file has Path and Body too.
	Method string `json:",omitzero"` // empty: GET
	Path   string `json:",omitzero"` // empty: /
	Host   string `json:",omitzero"` // of the Host header; empty: the address
	Status string `json:",omitzero"` // 200-299,301, sorted; empty: 200-399
	Body   string `json:",omitzero"` // must be somewhere in the answer's body
	Digest string `json:",omitzero"` // SHA-256 of the whole body, in small hexadecimal digits

	// dns.
	Query  string `json:",omitzero"` // the name asked for; empty: .
	Type   string `json:",omitzero"` // A, AAAA, ...; empty: A, of . NS
	Rcode  string `json:",omitzero"` // NOERROR, NXDOMAIN, ...; empty: NOERROR
	Answer string `json:",omitzero"` // must be the data of an answer

	// Where it logs in.
	User     string `json:",omitzero"`
	Password string `json:",omitzero"`
	Secret   string `json:",omitzero"` // radius: shared with the server

	Service string `json:",omitzero"` // grpc: whose health; empty: the server's
}
