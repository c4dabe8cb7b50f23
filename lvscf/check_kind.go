package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// uses has the kinds of checks that have a use for a word; "" is what the port
// suggests. off and none have a use for no word.
var uses = func() map[string]map[string]bool {
	const (
		web   = "http https"
		tls   = "smtp imap pop3 ldap mysql pgsql redis grpc"
		talk  = "text tcp http https tls dns sip " + tls
		ports = talk + " radius"
		net   = ports + " ping"
	)
	m := make(map[string]map[string]bool)
	for words, kinds := range map[string]string{
		"check_address":                        "program " + net,
		"check_port":                           "program " + ports,
		"check_source check_mark":              net,
		"check_through_vip":                    ports, // IPVS schedules no echo requests
		"check_timeout":                        "program " + net,
		"check_connect_timeout":                talk,
		"check_tls":                            tls,
		"check_name check_verify check_expiry": "https tls " + tls,
		"check_method check_host check_status check_digest": web,
		"check_path check_body":                             web + " file",
		"check_query check_type check_rcode check_answer":   "dns",
		"check_user":     "imap pop3 ldap mysql pgsql redis sip radius",
		"check_password": "imap pop3 ldap redis radius",
		"check_secret":   "radius",
		"check_service":  "grpc",
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = make(map[string]bool)
			for kind := range strings.FieldsSeq(kinds) {
				m[word][kind] = true
			}
			m[word][""] = m[word]["text"]
		}
	}
	return m
}()

// judge says what is wrong with k, a check of s with the words b, and takes out
// of it what it has no use for.
func (c *checker) judge(b *seen, k *Check, s *Virtual) {
	c.prune(b, k)
	c.reach(b, k, s)
	c.limits(b, k, s)
	row := c.checkRow(b)
	wrong := func(d *Directive, message, hint string) { c.blame(b, d, k.Pos, Error, "check", message, hint) }
	given := func(d string) bool { return b.has(lookup(InVirtual, d)) }
	switch k.Kind {
	case "off":
		c.blame(b, row, k.Pos, Warning, "check", fmt.Sprintf("check = off: no server of virtual %s is ever up", quoted(s.Name)), "write another kind, or delete it")
	case "http", "https":
		c.page(b, k)
	case "file":
		if k.Path == "" && !given("check_path") {
			wrong(row, "check = file without check_path", "write 'check_path = /PATH/OF/FILE'")
		}
	case "dns":
		c.question(b, k)
	case "mysql":
		if k.User == "" && !given("check_user") {
			c.blame(b, row, k.Pos, Warning, "check", "check = mysql without check_user: the server may count each check as a connection that broke off, and shut this router out after max_connect_errors of them", "write 'check_user = USER', one without a password")
		}
	case "radius":
		if k.Secret == "" && !given("check_secret") {
			wrong(row, "check = radius without check_secret", "write 'check_secret = SECRET', as the server has it for this router")
		}
	}
	if k.Verify && k.Name == "" && k.Host == "" && !given("check_name") && !given("check_host") {
		wrong(lookup(InVirtual, "check_verify"), "check_verify = 1 without check_name: a certificate is valid for a name", "write 'check_name = NAME', or 'check_verify = 0'")
	}
	c.login(b, k)
}

// checkRow is the word check, in the block whose words are b.
func (c *checker) checkRow(b *seen) *Directive {
	if b == &c.probe {
		return rowProbeCheck
	}
	return rowCheck
}

// prune takes out of k what its kind has no use for.
func (c *checker) prune(b *seen, k *Check) {
	for i := range checkTable {
		d := &checkTable[i]
		kinds := uses[d.Name]
		if kinds == nil || !b.has(lookup(InVirtual, d.Name)) {
			continue
		}
		if v := k.text(d.Name); v == "" || v == "0" {
			continue
		}
		hint := "delete it"
		tls := d.Name == "check_name" || d.Name == "check_verify" || d.Name == "check_expiry"
		switch {
		case kinds[k.Kind] && tls && uses["check_tls"][k.Kind] && !k.TLS:
			c.useless(b, k.Pos, lookup(InVirtual, d.Name), "without check_tls", "write 'check_tls = 1', or delete it")
			k.drop(d.Name)
			continue
		case kinds[k.Kind]:
			continue
		case k.Kind == "none" || k.Kind == "off":
		case k.Kind == "http" && (tls || d.Name == "check_tls"):
			hint += ", or write 'check = https'"
		case tls:
			hint += ", or write 'check = tls'"
		case !kinds["text"] && len(kinds) < 9:
			for _, kind := range checkKinds {
				if kinds[kind] {
					hint += ", or write 'check = " + kind + "'"
					break
				}
			}
		}
		c.useless(b, k.Pos, lookup(InVirtual, d.Name), "with "+k.how(), hint)
		k.drop(d.Name)
	}
}

// how is the kind of k as messages name it.
func (k *Check) how() string {
	switch k.Kind {
	case "text":
		return "send and expect"
	case "program":
		return "send_program"
	}
	return "check = " + k.word()
}

// page judges k, which asks for a page.
func (c *checker) page(b *seen, k *Check) {
	for _, d := range []string{"check_path", "check_host"} {
		text := k.text(d)
		if i := strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }); i >= 0 {
			c.blame(b, lookup(InVirtual, d), k.Pos, Error, "check", fmt.Sprintf("%s %s holds a character that no request may have", d, quoted(text)), "write it as browsers send it: %20 for a blank")
			return
		}
	}
	if k.Path == "/" {
		k.Path = ""
	}
	if k.Method == "HEAD" {
		for _, d := range []string{"check_body", "check_digest"} {
			if k.text(d) != "" {
				c.blame(b, lookup(InVirtual, d), k.Pos, Error, "check", d+" with check_method = HEAD, which gets no page", "write 'check_method = GET'")
			}
		}
	}
}

// question judges k, which asks for a name.
func (c *checker) question(b *seen, k *Check) {
	name := strings.TrimSuffix(k.Query, ".")
	wrong := len(name) > 253
	if name != "" {
		for label := range strings.SplitSeq(name, ".") {
			wrong = wrong || label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool { return r <= ' ' || r >= 0x7f })
		}
	}
	if wrong {
		c.blame(b, lookup(InVirtual, "check_query"), k.Pos, Error, "check", fmt.Sprintf("check_query %s is no name that can be asked for", quoted(k.Query)), "write a name such as www.example.com, in ASCII")
	}
	if k.Answer != "" && k.Rcode != "" {
		c.useless(b, k.Pos, lookup(InVirtual, "check_answer"), "with check_rcode = "+k.Rcode+", which has no records", "delete one of them")
		k.Answer = ""
	}
}

// login judges a user without a password, and the reverse.
func (c *checker) login(b *seen, k *Check) {
	user, password := lookup(InVirtual, "check_user"), lookup(InVirtual, "check_password")
	if uses["check_password"][k.Kind] {
		switch {
		case k.Kind == "redis": // has passwords without users
		case k.Password != "" && k.User == "":
			c.useless(b, k.Pos, password, "without check_user", "write 'check_user = USER', or delete it")
			k.Password = ""
			return
		}
		if k.User != "" && k.Password == "" && !b.has(password) {
			c.useless(b, k.Pos, user, "without check_password", "write 'check_password = PASSWORD', or delete it")
			k.User = ""
		}
	}
}

// reach judges where k goes, and from where.
func (c *checker) reach(b *seen, k *Check, s *Virtual) {
	wrong := func(d, code, message, hint string) {
		c.blame(b, lookup(InVirtual, d), k.Pos, Error, code, message, hint)
	}
	if k.ThroughVIP {
		switch {
		case s.Forward != Direct && s.Forward != Tunnel:
			wrong("check_through_vip", "check", fmt.Sprintf("check_through_vip = 1 with %s: only direct and tunnel bring packets to a real server as they came", c.forwardOf(s)), "write 'check_through_vip = 0', or 'forward = direct'")
		case k.Address.IsValid():
			wrong("check_address", "check", "check_address beside check_through_vip: the address that is asked for is the virtual's", "delete one of them")
		case s.Active && !s.VIP.Addr.IsValid() && !c.block.has(rowAddress):
			wrong("check_through_vip", "check", fmt.Sprintf("check_through_vip = 1, and virtual %s has no address", quoted(s.Name)), "write 'address = ADDRESS DEVICE', or 'check_through_vip = 0'")
		}
	}
	for _, d := range []string{"check_address", "check_source"} {
		if a := *k.field(d).(*netip.Addr); a.IsUnspecified() {
			wrong(d, "address", fmt.Sprintf("%s %s is no address of one host", d, a), "delete it")
			k.drop(d)
		}
	}
	if k.Mark != 0 && k.Mark == s.FWMark {
		c.blame(b, lookup(InVirtual, "check_mark"), k.Pos, Warning, "check", fmt.Sprintf("check_mark is the fwmark of virtual %s: the kernel may send the check to any of its servers", quoted(s.Name)), "write another mark")
	}
	if !k.Source.IsValid() {
		return
	}
	if k.Source == s.VIP.Addr {
		c.blame(b, lookup(InVirtual, "check_source"), k.Pos, Warning, "check", fmt.Sprintf("check_source %s is the virtual's own address, which the standby router does not have: its probes fail", k.Source), "write an address that both routers have, or delete it")
	}
	other := func(a netip.Addr) bool { return a.IsValid() && a.Is6() != k.Source.Is6() }
	to := k.Address
	if k.ThroughVIP {
		to = s.VIP.Addr
	}
	if !to.IsValid() {
		i := slices.IndexFunc(s.Servers, func(r Server) bool { a, _ := r.Address.Addr(); return other(a) })
		if i < 0 {
			return
		}
		to, _ = s.Servers[i].Address.Addr()
	}
	if other(to) {
		wrong("check_source", "family", fmt.Sprintf("check_source %s cannot ask %s: they are not both IPv4 or IPv6", k.Source, to), "write an address of the same family, or delete it")
	}
}
