package doctor

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"pacu/lvscf"
)

func TestRedact(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"kept", "primary = 10.0.0.1 # lvs-01\n", "primary = 10.0.0.1 # lvs-01\n"},
		{"password", "  check_password = \"a b # c\" # it\r\n", "  check_password = (left out)\r\n"},
		{"no blanks", "check_secret=x\n", "check_secret = (left out)\n"},
		{"misspelt", "\tchek_password = x\n", "\t# (left out): a line that begins with no word of lvs.cf\n"},
		{"comment", "# the old check_password = x\n", "# (left out)\n"},
		{"harmless comment", "# lvs-01\n", "# lvs-01\n"},
		{"one-line block", "probe redis { check_password = x }\n", "probe = (left out)\n"},
		{"in what is sent", `send = "GET /\r\nAuthorization: Basic eA==\r\n"` + "\n", "send = (left out)\n"},
		{"in a command", "notify = /bin/tell --token x\n", "notify = (left out)\n"},
		{"a value on a line of its own", "x\n}\n", "# (left out): a line that begins with no word of lvs.cf\n}\n"},
		{"old line ends", "primary = 10.0.0.1\rcheck_password = x\r", "primary = 10.0.0.1\rcheck_password = (left out)\r"},
		{"no text", "c\x00h\x00", "# (left out): it is not a text\n"},
	}
	for _, tt := range tests {
		if got, _ := Redact([]byte(tt.in)); string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRedactKnowsAll cuts the value of every directive that is secret, and of
// no other.
func TestRedactKnowsAll(t *testing.T) {
	for _, d := range lvscf.Directives() {
		_, cut := Redact([]byte(d.Name + " = 17\n"))
		if (cut > 0) != d.Secret {
			t.Errorf("%s: cut %d, secret %t", d.Name, cut, d.Secret)
		}
	}
}

func TestScrub(t *testing.T) {
	secrets := Secrets([]byte("virtual v {\n  check_password = \"pa\"ss<1>\"\n check_secret = abc\n}\n"), []byte("# key\n0123456789abcdef\n"))
	got := string(Scrub([]byte(`"pa\"ss\u003c1\u003e" pa"ss<1> 0123456789abcdef abc`), secrets))
	for _, s := range []string{"ss<1>", `ss\u003c`, "0123456789abcdef"} {
		if strings.Contains(got, s) {
			t.Errorf("%q is left in %s, of %q", s, got, secrets)
		}
	}
	if !strings.HasSuffix(got, " abc") {
		t.Errorf("%s: what is shorter than %d bytes is everywhere", got, shortest)
	}
}

// TestScrubQuoted cuts a secret out of quotes within quotes, as a log line in the
// JSON of a snapshot has them.
func TestScrubQuoted(t *testing.T) {
	const secret = `pa"ss\w<&>örd`
	secrets := Secrets([]byte("check_password = '"+secret+"'\n"), nil)
	plain := func(s string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, text := range []string{
		plain(secret), strconv.Quote(secret), strconv.QuoteToASCII(secret), plain("send " + strconv.Quote(secret)), strconv.Quote("got " + plain(secret)),
	} {
		if got := string(Scrub([]byte(text), secrets)); strings.Contains(got, "ss") {
			t.Errorf("%s is left of %s", got, text)
		}
	}
}

// TestScrubMisspelt cuts out what stands behind a word that lvs.cf does not
// know: pulse tells of the line, and it may be a password.
func TestScrubMisspelt(t *testing.T) {
	config := "chek_password = hunter22\npassword hunter33 # mine\nprimry = 10.0.0.1\nbackup_activ = 0 \nserver x\n"
	text := "10.0.0.1 said \"hunter22\" and hunter33 of backup_active, server"
	want := "10.0.0.1 said \"(left out)\" and (left out) of backup_active, server"
	if got := string(Scrub([]byte(text), Secrets([]byte(config), nil))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzRedact writes a secret as the value of a secret directive into any
// surroundings: no byte of it may be left.
func FuzzRedact(f *testing.F) {
	f.Add([]byte("virtual v {\n"), []byte("}\n"), "check_password", " = ", "\"", false)
	f.Add([]byte("# x\r"), []byte("\r\n"), "check_secret", "=", "'", true)
	f.Add([]byte("\xef\xbb\xbf"), []byte(""), "chek_passwd", " ", "", false)
	f.Fuzz(func(t *testing.T, before, after []byte, word, sign, quote string, comment bool) {
		const secret = "Zq7Xv9Wk"
		if bytes.Contains(before, []byte(secret)) || bytes.Contains(after, []byte(secret)) ||
			strings.ContainsAny(word+sign+quote, "\r\n") {
			return
		}
		switch word {
		case "check_password", "check_secret":
		default: // any word but those of lvs.cf
			if word == "" || words[word] || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
				return
			}
			if _, known := words[word]; known {
				return
			}
		}
		line := word + sign + quote + secret + quote
		if rest := strings.TrimLeft(sign, " \t="); rest != "" {
			return // the sign makes another word
		}
		if !strings.ContainsAny(sign, " \t=") && quote == "" {
			return // the secret is a part of the word
		}
		if comment {
			line = "# password " + line
		}
		text := append(append(bytes.TrimRight(before, "\r\n"), "\n"+line+"\n"...), after...)
		got, cut := Redact(text)
		if bytes.Contains(got, []byte(secret)) || cut == 0 {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
