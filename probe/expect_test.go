package probe

import (
	"bytes"
	"strings"
	"testing"
)

func TestPatternBad(t *testing.T) {
	for _, bad := range []string{"(", "[", `\d`, "*x"} {
		if _, err := Pattern(bad); err == nil || !strings.HasPrefix(err.Error(), "expect: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestIs(t *testing.T) {
	re, err := Pattern("^OK( .*)?$")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		e      Expect
		output string
		want   bool
	}{
		{Prefix("OK"), "OK", true},
		{Prefix("OK"), "OK ", false},
		{Prefix("OK"), "O", false},
		{Prefix(""), "", true},
		{Prefix(""), "x", false},
		{Prefix("*"), "x", true},
		{Prefix("*"), "", false},
		{re, "OK then", true},
		{re, "NOT OK", false},
	} {
		if got := tt.e.is([]byte(tt.output)); got != tt.want {
			t.Errorf("%s is %q: %v", tt.e, tt.output, got)
		}
	}
}

// FuzzMatcher holds that, for prefixes, neither the packets' boundaries nor
// the end's arriving with the last of them changes the verdict, and that no
// expression makes an answer of single bytes slow or the matcher greedy.
func FuzzMatcher(f *testing.F) {
	f.Add("HTTP", []byte("HTTP/1.1 200 OK"), uint8(3))
	f.Add("*", []byte("\x00"), uint8(1))
	f.Add("(a|b)+$", []byte("xxab"), uint8(1))
	f.Add("", []byte(""), uint8(0))
	f.Fuzz(func(t *testing.T, text string, answer []byte, step uint8) {
		if len(text) > 100 || len(answer) > 4096 {
			return
		}
		expects := []Expect{Prefix(text)}
		if re, err := Pattern(text); err == nil {
			expects = append(expects, re)
		}
		for i, e := range expects {
			whole, _ := (&matcher{expect: e}).add(answer, true)
			m := &matcher{expect: e}
			good, decided := false, false
			rest := answer
			for !decided {
				n := min(max(int(step), 1), len(rest))
				good, decided = m.add(rest[:n], n == len(rest))
				rest = rest[n:]
			}
			if i == 0 && good != whole {
				t.Errorf("%s of %q: whole %v, in steps of %d %v", e, answer, whole, step, good)
			}
			if !bytes.HasPrefix(answer, m.got.Bytes()) {
				t.Errorf("kept %q of %q", m.got.Bytes(), answer)
			}
		}
	})
}
