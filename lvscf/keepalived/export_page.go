package keepalived

import (
	"fmt"
	"regexp"
	"strings"

	"pacu/lvscf"
)

// unwritable are the characters that make something else of a word in quotes.
const unwritable = `"\{}`

// page asks for a page.
func (c *checking) page() lines {
	k, word := c.k, "HTTP_GET"
	path := k.Path
	if path == "" {
		path = "/"
	}
	if (k.Method != "" && k.Method != "GET") || strings.ContainsAny(path+k.Host, unwritable) {
		c.lost("check_method or check_path", "keepalived cannot ask so: it only connects")
		return c.connect()
	}
	url := []string{"url {", fmt.Sprintf("    path %q", path)}
	if k.Host != "" {
		url = append(url, "    virtualhost "+k.Host)
	}
	switch k.Status {
	case "200-299": // keepalived's own
	case "":
		url = append(url, "    status_code 200-399")
	default:
		url = append(url, "    status_code "+strings.ReplaceAll(k.Status, ",", " "))
	}
	if k.Body != "" {
		if e, ok := expression(k.Body, k.Regex); ok {
			url = append(url, fmt.Sprintf("    regex \"%s\"", e))
		} else {
			c.lost("check_body", "keepalived cannot write it")
		}
	}
	if k.Digest != "" {
		c.lost("check_digest", "keepalived's is an MD5: write that of the page, as genhash prints it")
	}
	url = append(url, "}")
	if k.Kind == "https" {
		word = "SSL_GET"
		if k.Host != "" {
			url = append(url, "enable_sni")
		}
		if k.Name != "" && k.Name != k.Host {
			c.lost("check_name", "keepalived sends the name of the host")
		}
		if k.Verify {
			c.lost("check_verify", "keepalived looks at no certificate")
		}
		if k.Expiry != 0 {
			c.lost("check_expiry", "keepalived looks at no certificate")
		}
	}
	return c.block(word, url...)
}

// expression is text as an expression of keepalived, unless it is one.
func expression(text string, regex bool) (string, bool) {
	if strings.ContainsAny(text, unwritable) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return "", false
	}
	if regex {
		return text, true
	}
	if strings.Contains(text, "^") {
		return "", false // nothing but a backslash makes it plain
	}
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`.*+?()[]|$`, r) {
			b.WriteString("[" + string(r) + "]")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String(), true
}

// dnsTypes are the types of records that keepalived asks for.
var dnsTypes = map[string]bool{"A": true, "NS": true, "CNAME": true, "SOA": true, "MX": true, "TXT": true, "AAAA": true}

// dns asks for a name.
func (c *checking) dns() lines {
	k := c.k
	name, kind := k.Query, k.Type
	if name == "" {
		name = "."
	}
	if kind == "" {
		if kind = "A"; name == "." {
			kind = "NS"
		}
	}
	if !dnsTypes[kind] || strings.ContainsAny(name, unwritable+"!#") {
		c.lost("check = dns", "keepalived cannot ask so: it only connects")
		return c.connect()
	}
	if k.Rcode != "" || k.Answer != "" {
		c.lost("check_rcode or check_answer", "to keepalived an answer without an error is a good one")
	}
	return c.block("DNS_CHECK", "type "+kind, "name "+name)
}

// file looks at a file, by the programs that do.
func (c *checking) file() lines {
	k := c.k
	if strings.ContainsAny(k.Path, unwritable+"' \t") {
		c.lost("check = file", "keepalived cannot write its path: it only connects")
		return c.connect()
	}
	switch {
	case k.Body == "":
		return c.command("/usr/bin/test", "-f", k.Path)
	case strings.ContainsAny(k.Body, unwritable+"' \t\r\n%") || strings.HasPrefix(k.Body, "-"):
		c.lost("check_body", "keepalived cannot write it")
		return c.command("/usr/bin/test", "-f", k.Path)
	case k.Regex:
		return c.command("/usr/bin/grep", "-qE", k.Body, k.Path)
	}
	return c.command("/usr/bin/grep", "-qF", k.Body, k.Path)
}

// request is an HTTP request that HTTP_GET can make.
var request = regexp.MustCompile(`^GET (/[!-~]*) HTTP/1\.[01]\r?\n(?:Host: ([!-~]+)\r?\n)?\r?\n$`)

// statusLine is an expression for one status, as people write it.
var statusLine = regexp.MustCompile(`^\^?HTTP/1(?:\[\.\]|\\?\.)(?:\[01\]|[01.?])? ([1-9][0-9][0-9])$`)

// text sends and expects.
func (c *checking) text() lines {
	k := c.k
	switch {
	case !c.tcp() && (k.Send != nil || k.Expect != nil):
		c.lost("send and expect", "keepalived has no such check of "+c.v.Protocol)
		return c.connect()
	case k.Expect == nil && (k.Send == nil || *k.Send == ""):
		return c.connect()
	case k.Expect != nil && *k.Expect == "220" && k.Send == nil && !k.Regex:
		return c.block("SMTP_CHECK")
	}
	if k.Send != nil && k.Expect != nil {
		r := request.FindStringSubmatch(*k.Send)
		status, ok := statusOf(k)
		if r != nil && ok && !strings.ContainsAny(r[1]+r[2], unwritable) {
			url := []string{"url {", fmt.Sprintf("    path %q", r[1])}
			if r[2] != "" {
				url = append(url, "    virtualhost "+r[2])
			}
			if status != "" {
				url = append(url, "    status_code "+status)
			}
			return c.block("HTTP_GET", append(url, "}")...)
		}
	}
	c.lost("send and expect", "keepalived has no such check: it only connects")
	return c.connect()
}

// statusOf is the status_code for which k's expect stands: empty for any from
// 200 to 299, keepalived's default.
func statusOf(k *lvscf.Check) (status string, ok bool) {
	if !k.Regex {
		return "100-599", *k.Expect == "HTTP" || *k.Expect == "HTTP/" || *k.Expect == "HTTP/1" || *k.Expect == "HTTP/1."
	}
	switch *k.Expect {
	case "^HTTP/1[.][01] 2", "^HTTP/1[.][01] 2[0-9][0-9]":
		return "", true
	case "^HTTP/", "^HTTP":
		return "100-599", true
	}
	if m := statusLine.FindStringSubmatch(*k.Expect); m != nil {
		return m[1], true
	}
	return "", false
}
