package lvscf

import "testing"

// decoded is what s means as the value of a word of a virtual, and the first
// Problem otherwise.
func decoded(word, s string) string {
	c := checker{reporter: reporter{line: s}}
	if !c.decode(lookup(InVirtual, word), []token{{text: word}, {text: "="}, {text: s, end: len(s)}}) {
		return c.found[0].Message
	}
	return c.v.text
}

func TestDecodeCheck(t *testing.T) {
	for _, test := range []struct{ word, in, want string }{
		{"check_status", "200", "200"},
		{"check_status", "200-200", "200"},
		{"check_status", "301,200-250,240-299,300", "200-301"},
		{"check_status", "100-999", "100-999"},
		{"check_status", "999,100", "100,999"},
		{"check_status", "", `check_status: "" is no status code, nor a range of them`},
		{"check_status", "20", `check_status: "20" is no status code, nor a range of them`},
		{"check_status", "1000", `check_status: "1000" is no status code, nor a range of them`},
		{"check_status", "200-299-301", `check_status: "200-299-301" is no status code, nor a range of them`},
		{"check_status", "2xx", `check_status: "2xx" is no status code, nor a range of them`},
		{"check_type", "aaaa", "AAAA"},
		{"check_type", "", `check_type "" is not known`},
		{"check_method", "Head", "HEAD"},
		{"check_method", "head ", `check_method "head " is not known`},
		{"check_path", "/", "/"},
		{"check_path", "", `check_path "" does not begin with /`},
		{"check_digest", "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		{"check_digest", "g", "check_digest is not of 64 hexadecimal digits"},
	} {
		if got := decoded(test.word, test.in); got != test.want {
			t.Errorf("%s = %s: got %s, want %s", test.word, test.in, got, test.want)
		}
	}
}

// FuzzCheckValues reads values of checks, and what is written of them.
func FuzzCheckValues(f *testing.F) {
	for _, s := range []string{"200-299,301", "301,200-250,240-299", "999-100", "-", "aaaa", "nxdomain", "/a?b", "www.example.com", "0123456789abcdef"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, word := range []string{"check_status", "check_type", "check_rcode", "check_path", "check_digest"} {
			d := lookup(InVirtual, word)
			read := func(s string) (string, bool) {
				c := checker{reporter: reporter{line: s}}
				ok := c.decode(d, []token{{text: word}, {text: "="}, {text: s, end: len(s)}})
				if !ok && len(c.found) != 1 {
					t.Fatalf("%s = %q: refused with %v", word, s, c.found)
				}
				return c.v.text, ok
			}
			if v, ok := read(s); ok {
				if again, ok := read(v); !ok || again != v {
					t.Fatalf("%s = %q is %q, and read again %q", word, s, v, again)
				}
			}
		}
	})
}
