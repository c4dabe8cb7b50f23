package draft

// HTTPRequest is the request for path that a probe sends, of a host where one
// is given.
func HTTPRequest(path, host string) string {
	if path == "" {
		path = "/"
	}
	s := "GET " + path + " HTTP/1.0\r\n"
	if host != "" {
		s += "Host: " + host + "\r\n"
	}
	return s + "\r\n"
}

// HTTPSuccess is the expression for an answer of any status from 200 to 299.
const HTTPSuccess = "^HTTP/1[.][01] 2"

// HTTPStatus is the expression for an answer of one status.
func HTTPStatus(status string) string { return "^HTTP/1[.][01] " + status }

// A Probe is how the servers of a virtual are checked. The zero Probe is
// lvs.cf's own for the port.
type Probe struct {
	Connect      bool // accepting a connection is enough
	Send, Expect string
	Regex        bool
	Program      string // its exit status decides
}

// Probe makes p that of b, whose port is given. Port 80 has an HTTP probe when
// nothing is said.
func (b *Block) Probe(at Source, p Probe, port string) {
	if p.Connect && (port == "" || port == "80" || port == "http" || port == "www") {
		b.Set(at, "send", "")
	}
	if p.Send != "" {
		b.SetText(at, "send", p.Send)
	}
	if p.Expect != "" {
		b.SetText(at, "expect", p.Expect)
	}
	if p.Regex {
		b.Set(at, "use_regex", "1")
	}
	if p.Program != "" {
		b.Set(at, "send_program", p.Program)
	}
}
