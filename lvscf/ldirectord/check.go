package ldirectord

import (
	"regexp"
	"strings"

	"pacu/lvscf/internal/draft"
)

// services are the services that ldirectord negotiates with where it is not
// told, by port.
var services = map[string]string{
	"21": "ftp", "25": "smtp", "53": "dns", "80": "http", "110": "pop", "119": "nntp", "143": "imap", "389": "ldap",
	"443": "https", "587": "submission", "993": "imaps", "995": "pops", "1521": "oracle", "1812": "radius",
	"3128": "http_proxy", "3306": "mysql", "5432": "pgsql", "5060": "sip",
	"ftp": "ftp", "smtp": "smtp", "domain": "dns", "http": "http", "www": "http", "pop3": "pop", "imap": "imap", "https": "https",
}

// greetings are the first bytes that servers say by themselves.
var greetings = map[string]string{"ftp": "220", "smtp": "220", "submission": "220", "pop": "+OK", "imap": "* OK", "nntp": "20"}

// check makes the probe of v.
func (m *importer) check(v *virtual) {
	value := func(key string) (string, draft.Source) {
		if l, ok := last(v.body, key); ok {
			return l.text(), l.at
		}
		return "", v.at
	}
	for _, l := range v.pairs {
		m.Note(l.at, "all servers of a virtual have one probe: its own request and receive are not carried")
	}
	if port, at := value("checkport"); port != "" && !v.mark && port != v.port {
		m.Note(at, "a probe goes to the port of the real server")
	}
	kind, at := value("checktype")
	switch kind = strings.ToLower(kind); kind {
	case "", "negotiate":
		m.negotiate(v, value)
		return
	case "connect":
		if v.protocol == "udp" {
			m.Note(at, "lvs.cf has no ping: a server is down when it refuses")
		}
		m.probe(v, at, draft.Probe{Connect: v.protocol != "udp"})
	case "external", "external-perl":
		m.external(v, at, value)
	case "off":
		v.block.Set(at, "active", "0")
		m.Note(at, "ldirectord uses none of the servers: the virtual is switched off")
	case "on":
		v.block.Set(at, "check", "none")
	case "ping":
		m.Note(at, "lvs.cf has no ping: a connection is tried instead")
		m.probe(v, at, draft.Probe{Connect: v.protocol != "udp"})
	default:
		m.Note(at, "lvs.cf has one kind of probe of a server: all of them negotiate")
		m.negotiate(v, value)
		return
	}
	for _, key := range []string{"service", "request", "receive", "virtualhost", "httpmethod"} {
		if l, ok := last(v.body, key); ok {
			m.Note(l.at, "it counts only where checktype is negotiate")
		}
	}
}

// probe makes p that of v.
func (m *importer) probe(v *virtual, at draft.Source, p draft.Probe) { v.block.Probe(at, p, v.port) }

// external makes a send_program of checkcommand.
func (m *importer) external(v *virtual, at draft.Source, value func(string) (string, draft.Source)) {
	command, from := value("checkcommand")
	if command == "" {
		m.Note(at, "it has no checkcommand: a connection is tried instead")
		m.probe(v, at, draft.Probe{Connect: v.protocol != "udp"})
		return
	}
	listens := v.addr.String() + " " + v.port
	if v.mark {
		listens = v.block.Get("fwmark")[0] + " 0"
	}
	m.probe(v, from, draft.Probe{Program: command + " " + listens + " %h %p"})
}

// negotiate makes the probe of a service.
func (m *importer) negotiate(v *virtual, value func(string) (string, draft.Source)) {
	if l, ok := last(v.body, "checkcommand"); ok {
		m.Note(l.at, "it counts only where checktype is external")
	}
	service, at := value("service")
	if service == "" {
		service = services[v.port]
	}
	receive, from := value("receive")
	if receive != "" {
		if _, err := regexp.CompilePOSIX(receive); err != nil {
			m.Note(from, "it is no POSIX extended regular expression: it is not looked for")
			receive = ""
		}
	}
	request, asked := value("request")
	host, hosted := value("virtualhost")
	method, methodAt := value("httpmethod")
	if service != "http" {
		if host != "" {
			m.Note(hosted, "lvs.cf sends no host but in HTTP requests")
		}
		if method != "" {
			m.Note(methodAt, "it counts only for HTTP")
		}
	}
	switch service {
	case "http":
		m.http(v, from, request, receive, host, method)
		return
	case "simpletcp":
		p := draft.Probe{Send: strings.ReplaceAll(request, `\n`, "\n"), Expect: receive, Regex: receive != ""}
		p.Connect = p.Send == "" && p.Expect == ""
		m.probe(v, at, p)
		return
	case "", "none":
		m.Note(at, "lvs.cf probes every server: a connection is tried")
		m.probe(v, at, draft.Probe{Connect: v.protocol != "udp"})
	default:
		p := draft.Probe{Expect: greetings[service]}
		if p.Expect == "" || v.protocol == "udp" {
			p = draft.Probe{Connect: v.protocol != "udp"}
			m.Note(at, "lvs.cf has no probe that speaks "+service+": a connection is tried instead")
		} else {
			m.Note(at, "of the conversation only the greeting, "+p.Expect+", is expected")
		}
		m.probe(v, at, p)
	}
	if request != "" {
		m.Note(asked, "lvs.cf has no request of "+orNone(service))
	}
	if receive != "" {
		m.Note(from, "lvs.cf has no answer of "+orNone(service))
	}
}

// http makes a probe that asks for a page.
func (m *importer) http(v *virtual, at draft.Source, request, receive, host, method string) {
	if rest, ok := strings.CutPrefix(request, "http://"); ok {
		name, path, _ := strings.Cut(rest, "/")
		m.Note(at, "a probe goes to the real server, whatever host its request names")
		request = path
		if host == "" {
			host = name
		}
	}
	send := draft.HTTPRequest("/"+strings.TrimPrefix(request, "/"), host)
	if strings.EqualFold(method, "HEAD") {
		send = "HEAD" + strings.TrimPrefix(send, "GET")
	}
	p := draft.Probe{Send: send, Expect: draft.HTTPSuccess, Regex: true}
	if receive != "" {
		p.Expect = receive
		m.Note(at, "lvs.cf looks for one expression: receive, in the answer with its headers, whatever the status")
	}
	m.probe(v, at, p)
}

func orNone(service string) string {
	if service == "" {
		return "none"
	}
	return service
}
