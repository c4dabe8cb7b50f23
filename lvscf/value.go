package lvscf

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// A value is what a setting means, in the field that its type fills.
type value struct {
	n    int64 // Int, Port
	b    bool
	d    time.Duration
	host Host
	addr netip.Addr // IP, HostDevice, Group
	dev  string     // HostDevice, AddrsDevice, Device
	mask mask
	text string // Word, Text, Program, Capitals, Path; Escaped, translated; Statuses, in order; Digest
	cmd  []string

	pair  HeartbeatPath // HostPair
	addrs []netip.Addr  // AddrList

	words  []string    // Words
	ports  []PortRange // PortList
	ranges []AddrRange // AddrsDevice
}

// parseDuration reads whole seconds as an integer, a decimal fraction of
// seconds, or a number followed by s or ms.
func parseDuration(s string) (time.Duration, bool) {
	const most = int64(1<<63-1) / int64(time.Second)
	if n, ok := parseInt(s); ok {
		if n > most || n < -most {
			return 0, false
		}
		return time.Duration(n) * time.Second, true
	}
	unit := time.Second
	number := s
	switch {
	case strings.HasSuffix(s, "ms"):
		unit, number = time.Millisecond, s[:len(s)-2]
	case strings.HasSuffix(s, "s"):
		number = s[:len(s)-1]
	}
	whole, fraction, dot := strings.Cut(number, ".")
	if !dot && number == s {
		return 0, false // an integer to nobody, such as 08
	}
	if whole == "" || len(whole) > 12 || dot && (fraction == "" || len(fraction) > 9) {
		return 0, false
	}
	if !digits(whole) || !digits(fraction) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > most {
		return 0, false
	}
	d := time.Duration(n) * unit
	part := unit
	for _, c := range fraction {
		part /= 10
		d += time.Duration(c-'0') * part
	}
	return d, true
}

// digits reports whether s holds nothing but digits.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// unescape translates the escapes of send and expect: \n \r \t \\ \" \'. As in
// Piranha any other backslash stays, and so does one that is the whole text.
func unescape(s string) string {
	if len(s) < 2 || strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if c := strings.IndexByte(`nrt\"'`, s[i+1]); c >= 0 {
				b.WriteByte("\n\r\t\\\"'"[c])
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// services are the TCP and UDP services that a port may be named after, from
// IANA's registry: those a load balancer meets. /etc/services is not read, so
// that a file means the same on every machine.
var services = map[string]int64{
	"echo": 7, "discard": 9, "daytime": 13, "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25,
	"time": 37, "domain": 53, "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "www-http": 80,
	"kerberos": 88, "pop2": 109, "pop3": 110, "sunrpc": 111, "portmapper": 111, "auth": 113, "nntp": 119, "ntp": 123,
	"imap": 143, "imap2": 143, "snmp": 161, "snmptrap": 162, "bgp": 179, "irc": 194, "ldap": 389, "https": 443,
	"microsoft-ds": 445, "submissions": 465, "smtps": 465, "syslog": 514, "printer": 515, "rtsp": 554, "nntps": 563,
	"submission": 587, "ipp": 631, "ldaps": 636, "rsync": 873, "ftps-data": 989, "ftps": 990, "telnets": 992,
	"imaps": 993, "pop3s": 995, "socks": 1080, "openvpn": 1194, "ms-sql-s": 1433, "oracle": 1521, "radius": 1812,
	"radius-acct": 1813, "nfs": 2049, "squid": 3128, "mysql": 3306, "ms-wbt-server": 3389, "svn": 3690,
	"sip": 5060, "sips": 5061, "xmpp-client": 5222, "postgresql": 5432, "postgres": 5432, "amqp": 5672,
	"x11": 6000, "redis": 6379, "http-alt": 8080, "webcache": 8080, "https-alt": 8443, "memcache": 11211,
}
