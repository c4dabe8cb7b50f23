package ldirectord

import (
	"strings"
	"testing"
)

// TestErrors are texts that are no ldirectord.cf.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "# nothing\n\n", "f: there is nothing in it"},
		{"no text", "virtual=1\n\xff", "f: it is no UTF-8 text"},
		{"another language", "checktimeout = 3\nvirtual_server 10.0.0.1 80 {\n}\n", "f:2: no KEY = VALUE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Import("f", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestProbe has the lines of lvs.cf that checks become.
func TestProbe(t *testing.T) {
	for _, c := range []struct{ name, port, lines, want string }{
		{"http of itself", "80", "", `check = http check_status = 200-299`},
		{"a page", "8080", "service=http\nrequest=\"a/b.html\"\nreceive=\"all OK\"", `use_regex = 1 check = http check_path = /a/b.html check_status = 200-299 check_body = "all OK"`},
		{"no expression", "80", "receive=\"(\"", `check = http check_status = 200-299`},
		{"head", "80", "httpmethod=HEAD", `check = http check_method = HEAD check_status = 200-299`},
		{"a page of a host", "80", "request=\"http://www.example.com/a\"", `check = http check_path = /a check_host = www.example.com check_status = 200-299`},
		{"https", "443", "virtualhost=www.example.com", `check = https check_host = www.example.com check_status = 200-299`},
		{"connect", "443", "checktype=connect\ncheckport=444", `check = tcp check_port = 444 check_timeout = 5`},
		{"connect to 80", "80", "checktype=connect", `check = tcp check_timeout = 5`},
		{"ping", "80", "checktype=ping\ncheckport=81", `check = ping check_timeout = 5`},
		{"echoes", "80", "checktype=ping\ncheckcount=3\nchecktimeout=2\nfailurecount=2", `check = ping check_timeout = 2 fall = 6 retry = 2`},
		{"slow echoes", "80", "checktype=ping\ncheckcount=2\nchecktimeout=60", `check = ping check_timeout = 60 fall = 2`},
		{"udp without a service", "99", "protocol=udp", `check = ping`},
		{"on", "80", "checktype=on\nchecktimeout=3", `check = none`},
		{"off", "80", "checktype=off\nfallback=10.0.0.3:80", `check = off`},
		{"times", "80", "negotiatetimeout=4\nchecktimeout=3\nfailurecount=3", `check = http check_timeout = 4 check_status = 200-299 fall = 3`},
		{"the usual time", "80", "checktype=connect\ncheckinterval=20", `check = tcp check_timeout = 5`},
		{"smtp", "25", "", `check = smtp`},
		{"submission", "587", "", `check = smtp`},
		{"ftp", "21", "", `expect = 220`},
		{"pop", "110", "login=\"u\"\npasswd=\"p\"", `check = pop3 check_user = u check_password = p`},
		{"pops", "995", "", `check = pop3 check_tls = 1`},
		{"imaps", "993", "login=u\npasswd=p", `check = imap check_tls = 1 check_user = u check_password = p`},
		{"ldap", "389", "login=\"cn=u, dc=x\"\npasswd=p", `check = ldap check_user = "cn=u, dc=x" check_password = p`},
		{"ldaps", "636", "", `check = ldap check_tls = 1`},
		{"dns", "53", "request=www.example.com\nreceive=192.0.2.1", `check = dns check_query = www.example.com check_answer = 192.0.2.1`},
		{"mysql", "3306", "login=u\npasswd=p\nrequest=\"select 1\"", `check = mysql check_user = u`},
		{"pgsql", "5432", "login=u", `check = pgsql check_user = u`},
		{"sip", "5060", "protocol=udp\nlogin=u", `check = sip check_user = u`},
		{"radius", "1812", "protocol=udp\nlogin=u\npasswd=p\nsecret=s", `check = radius check_user = u check_password = p check_secret = s`},
		{"radius without its secret", "1812", "protocol=udp", ``},
		{"oracle", "1521", "", `check = tcp`},
		{"simpletcp", "7", `service=simpletcp` + "\n" + `request="hello\n"` + "\n" + `receive="h.*o"`, `send = "hello\n" expect = "h.*o" use_regex = 1`},
		{"simpletcp that says nothing", "7", `service=simpletcp`, `check = tcp`},
		{"external", "99", "checktype=external\ncheckcommand=\"/bin/check -v\"", `send_program = "/bin/check -v 10.0.0.1 99 %h %p" check_timeout = 5`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "virtual=10.0.0.1:" + c.port + "\n\treal=10.0.0.2:" + c.port + " masq\n"
			for line := range strings.Lines(c.lines) {
				text += "\t" + strings.TrimSpace(line) + "\n"
			}
			lvs, _, err := Import("f", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.Lines(string(lvs)) {
				line = strings.TrimSpace(line)
				for _, key := range []string{"send", "expect", "use_regex", "check", "fall", "retry"} {
					if strings.HasPrefix(line, key) {
						got = append(got, line)
					}
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// TestSecretNotes has passwords that are not carried: no note repeats them.
func TestSecretNotes(t *testing.T) {
	for _, lines := range []string{
		"checktype=connect\npasswd=S3sam\nsecret=S3sam",
		"service=http\nlogin=u\nPasswd = \"S3sam\"\nsecret=\"S3sam",
		"service=imap\nlogin=u\npasswd=\"S3sam ' \" S3sam\"",
		"service=imap\nlogin=u\npasswd=S3sam\t#S3sam \x01",
		"service=radius\nsecret=S3sam \" ' x\npasswd=S3sam",
		"password=S3sam\ndbpass=S3sam",
	} {
		for _, head := range []string{"", strings.ReplaceAll(lines, " ", "") + "\n"} {
			text := head + "virtual=10.0.0.1:99\n\treal=10.0.0.9:99 gate\n\t" + strings.ReplaceAll(lines, "\n", "\n\t") + "\n"
			_, notes, err := Import("f", []byte(text))
			if err != nil && strings.Contains(err.Error(), "S3sam") {
				t.Errorf("%q: %v", text, err)
			}
			if err == nil && len(notes) == 0 {
				t.Errorf("%q has no notes", text)
			}
			for _, n := range notes {
				if strings.Contains(n.String(), "S3sam") {
					t.Errorf("%q: note %s", text, n)
				}
			}
		}
	}
}
