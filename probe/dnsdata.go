package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// A DNSType is the type of a record (RFC 1035, section 3.2.2).
type DNSType uint16

// dnsTypes are the types that have a name here. Any other is written as
// RFC 3597 does, TYPE65280.
var dnsTypes = map[string]DNSType{
	"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33,
	"NAPTR": 35, "DNAME": 39, "DS": 43, "SSHFP": 44, "DNSKEY": 48, "TLSA": 52, "SVCB": 64, "HTTPS": 65, "ANY": 255, "CAA": 257,
}

// ParseDNSType reads a type's name: A, aaaa, TYPE257. Empty is 0.
func ParseDNSType(s string) (DNSType, error) {
	upper := strings.ToUpper(s)
	if t, ok := dnsTypes[upper]; ok || s == "" {
		return t, nil
	}
	if digits, ok := strings.CutPrefix(upper, "TYPE"); ok {
		if n, err := strconv.ParseUint(digits, 10, 16); err == nil && n > 0 {
			return DNSType(n), nil
		}
	}
	return 0, fmt.Errorf("dns type %q: not known", s)
}

// String is the type's name.
func (t DNSType) String() string {
	for name, n := range dnsTypes {
		if n == t {
			return name
		}
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// An Rcode is what a name server says of a question (RFC 1035, section 4.1.1).
type Rcode uint8

// rcodes are the codes' names, from 0 (RFC 6895, section 2.3).
var rcodes = []string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
}

// ParseRcode reads a code's name or number: NXDOMAIN, nxdomain, 3. Empty is
// NOERROR.
func ParseRcode(s string) (Rcode, error) {
	if s == "" {
		return 0, nil
	}
	if i := slices.Index(rcodes, strings.ToUpper(s)); i >= 0 {
		return Rcode(i), nil
	}
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && n < 16 {
		return Rcode(n), nil
	}
	return 0, fmt.Errorf("dns rcode %q: not known", s)
}

// String is the code's name.
func (r Rcode) String() string {
	if int(r) < len(rcodes) {
		return rcodes[r]
	}
	return "RCODE" + strconv.Itoa(int(r))
}

// answers is what the answer section held.
type answers struct {
	found bool
	first []string // the data of the first few records, quoted
	count int
}

// String shows the records.
func (a answers) String() string {
	if a.count == 0 {
		return "no answer"
	}
	s := strings.Join(a.first, ", ")
	if more := a.count - len(a.first); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// findAnswer looks for want among the records of the answer section. p has
// read the first question.
func findAnswer(p *dnsmessage.Parser, want string) (got answers, err error) {
	const show = 3
	if err := p.SkipAllQuestions(); err != nil {
		return got, err
	}
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		text, err := recordText(p, h)
		if err != nil {
			return got, err
		}
		got.count++
		if len(got.first) < show {
			got.first = append(got.first, quote([]byte(text)))
		}
		got.found = got.found || sameData(h.Type, text, want)
	}
}

// recordText is the data of the record that p stands at: an address; a name; of
// MX and SRV the numbers in front of it; of TXT the strings, joined; of SOA the
// first name; of any other type its bytes as RFC 3597 writes them.
func recordText(p *dnsmessage.Parser, h dnsmessage.ResourceHeader) (string, error) {
	switch h.Type {
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return netip.AddrFrom4(r.A).String(), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return netip.AddrFrom16(r.AAAA).String(), err
	case dnsmessage.TypeNS:
		r, err := p.NSResource()
		return r.NS.String(), err
	case dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return r.CNAME.String(), err
	case dnsmessage.TypePTR:
		r, err := p.PTRResource()
		return r.PTR.String(), err
	case dnsmessage.TypeSOA:
		r, err := p.SOAResource()
		return r.NS.String(), err
	case dnsmessage.TypeMX:
		r, err := p.MXResource()
		return fmt.Sprintf("%d %s", r.Pref, r.MX), err
	case dnsmessage.TypeSRV:
		r, err := p.SRVResource()
		return fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, r.Target), err
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return strings.Join(r.TXT, ""), err
	}
	r, err := p.UnknownResource()
	return fmt.Sprintf(`\# %d %x`, len(r.Data), r.Data), err
}

// sameData is true when a record's text is the wanted one. Names are the same
// in capitals and without the dot at the end, and the numbers of MX and SRV may
// be left out; an address may be written in any way.
func sameData(kind dnsmessage.Type, text, want string) bool {
	switch kind {
	case dnsmessage.TypeTXT:
		return text == want
	case dnsmessage.TypeA, dnsmessage.TypeAAAA:
		a, err := netip.ParseAddr(want)
		return err == nil && a.String() == text
	}
	bare := func(name string) string { return strings.TrimSuffix(name, ".") }
	if strings.EqualFold(bare(text), bare(want)) {
		return true
	}
	if kind == dnsmessage.TypeMX || kind == dnsmessage.TypeSRV {
		name := text[strings.LastIndexByte(text, ' ')+1:]
		return strings.EqualFold(bare(name), bare(want))
	}
	return false
}
