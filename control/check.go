package control

import "net/netip"

// A Check is how to ask a real server whether it serves. What a kind has no use
// for is left out; package probe says what each does.
type Check struct {
	// Kind is text (send and expect), program, tcp, http, https, tls, dns, smtp,
	// imap, pop3, ldap, mysql, pgsql, redis, sip, radius, grpc, ping, file or
	// off. Empty is what the service's port and protocol suggest.
	Kind string `json:"kind,omitempty"`

	// Where it asks, if not the real server at its own port: another address,
	// another port; from an address of this router; with packets marked.
	Address netip.Addr `json:"address,omitzero"`
	Port    uint16     `json:"port,omitempty"`
	Source  netip.Addr `json:"source,omitzero"`
	Mark    uint32     `json:"mark,omitempty"`

	Timeout Duration `json:"timeout,omitempty"` // of the whole check; 0: the interval
	Connect Duration `json:"connect,omitempty"` // of connecting; 0: Timeout

	// text, program. Escapes are translated already; nil: none given.
	Send    *string  `json:"send,omitempty"`
	Expect  *string  `json:"expect,omitempty"`
	Regex   bool     `json:"regex,omitempty"`   // Expect, or Body, is a POSIX extended regular expression
	Program []string `json:"program,omitempty"` // words, %h and %p not yet replaced

	// TLS is for kinds that also go without: from the first byte, but for mysql
	// and pgsql, which come to it. The rest is for these with TLS, https and tls.
	TLS    bool   `json:"tls,omitempty"`
	Name   string `json:"name,omitempty"`   // server name (SNI) and name of the certificate; empty: that of Host, else the address
	Verify bool   `json:"verify,omitempty"` // the certificate must be valid for Name
	Expiry int    `json:"expiry,omitempty"` // warn when it is valid for fewer days; 0: do not

	// http, https; file has Path and Body too.
	Method string `json:"method,omitempty"` // empty: GET
	Path   string `json:"path,omitempty"`   // empty: /
	Host   string `json:"host,omitempty"`   // of the Host header; empty: the address
	Status string `json:"status,omitempty"` // 200-299,301; empty: 200-399
	Body   string `json:"body,omitempty"`   // must be somewhere in the answer's body
	Digest string `json:"digest,omitempty"` // SHA-256 of the whole body, in hexadecimal

	// dns.
	Query  string `json:"query,omitempty"`  // the name asked for; empty: .
	Type   string `json:"type,omitempty"`   // A, AAAA, ...; empty: A, of . NS
	Rcode  string `json:"rcode,omitempty"`  // NOERROR, NXDOMAIN, ...; empty: NOERROR
	Answer string `json:"answer,omitempty"` // must be the data of an answer

	// radius, ldap, mysql, pgsql, sip, imap and the like, where they log in.
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
	Secret   string `json:"secret,omitempty"` // radius: shared with the server

	Service string `json:"service,omitempty"` // grpc: whose health; empty: the server's
}

// A Load is how to learn how busy a real server is, for its weight to follow.
type Load struct {
	// Kind is rup, ruptime, uptime, program, http or agent.
	Kind    string   `json:"kind"`
	Program []string `json:"program,omitempty"` // of uptime: what runs it there, before the address and "uptime"; of program: the words, %h not yet replaced
	Port    uint16   `json:"port,omitempty"`    // http, agent
	Path    string   `json:"path,omitempty"`    // http
	Smooth  bool     `json:"smooth,omitempty"`  // the weight glides; else it follows Piranha's curve
	Scale   int      `json:"scale,omitempty"`   // Piranha's curve: the highest multiple of the weight; 0: 10
}
