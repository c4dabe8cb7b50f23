package ldirectord

import (
	"strings"

	"pacu/lvscf/internal/draft"
)

// negotiate makes the check of a service.
func (c *checking) negotiate() {
	service, at := c.value("service")
	if service == "" {
		service = services[c.v.port]
	}
	kind := kinds[service]
	if kind != "" {
		c.k.Set(at, "check", kind)
		if service != "https" && strings.HasSuffix(service, "s") && kinds[strings.TrimSuffix(service, "s")] == kind {
			c.k.Set(at, "check_tls", "1")
		}
	}
	switch kind {
	case "http", "https":
		c.http()
	case "dns":
		c.put("request", "check_query")
		c.put("receive", "check_answer")
	case "radius":
		c.login()
		c.put("secret", "check_secret")
	case "imap", "pop3", "ldap":
		c.login()
	case "mysql", "pgsql", "sip":
		c.put("login", "check_user")
	case "smtp":
	default:
		c.greeting(service, at)
	}
}

// login makes the user that a check logs in as.
func (c *checking) login() {
	c.put("login", "check_user")
	c.put("passwd", "check_password")
}

// greeting makes the check of a service that lvs.cf has no own for.
func (c *checking) greeting(service string, at draft.Source) {
	switch {
	case service == "simpletcp":
		if request, from := c.value("request"); request != "" {
			c.k.SetText(from, "send", strings.ReplaceAll(request, `\n`, "\n"))
		}
		c.expression("expect")
		if c.k.Empty() {
			c.connect(at)
		}
	case service == "" || service == "none":
		c.Note(at, "lvs.cf probes every server: a connection is tried")
		c.connect(at)
	case greetings[service] != "" && c.v.protocol != "udp":
		c.Note(at, "of the conversation only the greeting, "+greetings[service]+", is expected")
		c.k.Set(at, "expect", greetings[service])
	default:
		c.Note(at, "lvs.cf has no probe that speaks "+service+": a connection is tried instead")
		c.connect(at)
	}
}

// http makes a check that asks for a page.
func (c *checking) http() {
	request, at := c.value("request")
	host, hosted := c.value("virtualhost")
	if _, rest, ok := strings.Cut(request, "://"); ok {
		name, path, _ := strings.Cut(rest, "/")
		c.Note(at, "a probe goes to the real server, whatever host its request names")
		request = path
		if host == "" {
			host, hosted = name, at
		}
	}
	if request != "" {
		c.k.Set(at, "check_path", "/"+strings.TrimPrefix(request, "/"))
	}
	if host != "" {
		c.k.Set(hosted, "check_host", host)
	}
	if method, from := c.value("httpmethod"); method != "" && !strings.EqualFold(method, "GET") {
		c.k.Set(from, "check_method", strings.ToUpper(method))
	}
	c.k.Set(c.v.at, "check_status", "200-299")
	c.expression("check_body")
}
