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
		{"http of itself", "80", "", `send = "GET / HTTP/1.0\r\n\r\n" expect = "^HTTP/1[.][01] 2" use_regex = 1`},
		{"a page", "8080", "service=http\nrequest=\"a/b.html\"\nreceive=\"OK\"", `send = "GET /a/b.html HTTP/1.0\r\n\r\n" expect = OK use_regex = 1`},
		{"head", "80", "httpmethod=HEAD", `send = "HEAD / HTTP/1.0\r\n\r\n" expect = "^HTTP/1[.][01] 2" use_regex = 1`},
		{"a page of a host", "80", "request=\"http://www.example.com/a\"", `send = "GET /a HTTP/1.0\r\nHost: www.example.com\r\n\r\n" expect = "^HTTP/1[.][01] 2" use_regex = 1`},
		{"connect", "443", "checktype=connect", ``},
		{"connect to 80", "80", "checktype=connect", `send = ""`},
		{"smtp", "25", "", `expect = 220`},
		{"pop", "110", "", `expect = "+OK"`},
		{"https", "443", "", ``},
		{"simpletcp", "7", `service=simpletcp` + "\n" + `request="hello\n"` + "\n" + `receive="h.*o"`, `send = "hello\n" expect = "h.*o" use_regex = 1`},
		{"external", "99", "checktype=external\ncheckcommand=\"/bin/check -v\"", `send_program = "/bin/check -v 10.0.0.1 99 %h %p"`},
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
				for _, key := range []string{"send", "expect", "use_regex", "send_program"} {
					if strings.HasPrefix(line, key+" =") {
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
