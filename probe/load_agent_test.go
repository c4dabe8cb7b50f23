package probe

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseAgent(t *testing.T) {
	type order struct {
		Share float64
		Down  bool
	}
	normal, down, bad := order{Share: 1}, order{Share: 1, Down: true}, order{Share: -1}
	for line, want := range map[string]order{
		"75%": {Share: 0.75}, "100%": normal, "0%": {}, "1%": {Share: 0.01}, "200%": {Share: 2}, "4000%": {Share: 2},
		"up": normal, "ready": normal, "UP": normal, "  up\t": normal, "up\r": normal,
		"drain": {}, "Drain": {}, "down": down, "fail": down, "failed": down, "stopped": down, "maint": down,
		"up 50%": {Share: 0.5}, "50% up": {Share: 0.5}, "ready,up,30%": {Share: 0.3},
		"drain 50%": {}, "50% drain": {}, "200% drain": {}, "up drain": {},
		"down 50%": {Share: 0.5, Down: true}, "up down": down, "down up": down,
		"down # disk is 100% full, up": down, "up#well": normal, "up maxconn:30": normal, "maxconn:30": normal,
		"50% 40%": {Share: 0.4}, "200% 150%": {Share: 1.5},

		"": bad, "   ": bad, "#": bad, "# down": bad, "hello": bad, "up hello": bad, "75": bad, "7.5%": bad, "%": bad,
		"-5%": bad, "+5%": bad, "5%%": bad, "99999999999999999999%": bad, "maxconn:": bad, "maxconn:-1": bad, "maxconn:x": bad,
		"HTTP/1.1 200 OK": bad, "\x00": bad, "down\x00": bad, "SSH-2.0-OpenSSH_9.2": bad,
	} {
		a, err := parseAgent(line)
		got := order{a.Share, a.Down}
		if err != nil {
			got = bad
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", line, err, diff)
		}
		if err == nil && a.Said == "" {
			t.Errorf("%q: %+v", line, a)
		}
	}
}

func TestLoadAgent(t *testing.T) {
	const in = `error: connected in [\d.]+ m?s, `
	way, hasty := Way{Timeout: long}, Way{Timeout: 500 * time.Millisecond}
	for _, tt := range []struct {
		name   string
		server func(*net.TCPConn)
		way    Way
		want   string
	}{
		{"line, stays", pieces(hang, "up 75%\r\n"), way, `its agent says "up 75%"`},
		{"line, closes", pieces(shut, "down # why\n"), way, `its agent says "down # why"`},
		{"no newline, closes", pieces(shut, "drain"), way, `its agent says "drain"`},
		{"no newline, half closes", pieces(halfClose, "drain"), way, `its agent says "drain"`},
		{"byte by byte", pieces(hang, strings.Split("75%\n", "")...), way, `its agent says "75%"`},
		{"the first line", pieces(hang, "up\ndown\n"), way, `its agent says "up"`},
		{"a line, then a flood", pieces(endless, "up\n"), way, `its agent says "up"`},

		{"hangs", hang, hasty, in + `got nothing: no answer in LIMIT, expected a line`},
		{"hangs in the line", pieces(hang, "dow"), hasty, in + `got "dow", then no answer in LIMIT, expected a line`},
		{"closes", shut, way, in + `got nothing before it closed, expected a line`},
		{"half closes", halfClose, way, in + `got nothing before it closed, expected a line`},
		{"says blanks, closes", pieces(shut, "  "), way, in + `got "  " before it closed, expected a line`},
		{"resets", reset, way, in + `got nothing: connection reset by peer, expected a line|error: connect: connection reset by peer`},
		{"endless line", endless, way, in + `got "x{60}"\.\.\. and more than 512 bytes, expected a line`},
		{"empty line", pieces(hang, "\n"), way, in + `got "", expected a percentage or a word such as up`},
		{"garbage", pieces(hang, "\x16\x03\x01\x02\n"), way, in + `got "\\x16\\x03\\x01\\x02": unknown word "\\x16\\x03\\x01\\x02"`},
		{"another service", pieces(hang, "220 mx.example.org ESMTP\r\n"), way, in + `got "220 mx.example.org ESMTP": unknown word "220"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantAsk(t, LoadAgent{tt.way}, tcpServer(t, tt.server), tt.want)
		})
	}
	got, err := LoadAgent{way}.Ask(t.Context(), refusing(t))
	wantAdvice(t, got, err, `error: connect: connection refused`)
}

// FuzzParseAgent holds that a line is understood or refused, whatever its case,
// and that what it asks for is within bounds.
func FuzzParseAgent(f *testing.F) {
	f.Add("up 75%")
	f.Add("down # disk full")
	f.Fuzz(func(t *testing.T, line string) {
		a, err := parseAgent(line)
		if err != nil {
			if a != (Advice{}) {
				t.Errorf("%q: %+v and %v", line, a, err)
			}
			return
		}
		if !(a.Share >= 0 && a.Share <= 2) {
			t.Errorf("%q: %+v", line, a)
		}
		again, err := parseAgent("\t" + line + " # " + line)
		if err != nil || again.Share != a.Share || again.Down != a.Down {
			t.Errorf("%q with a comment: %+v, %v", line, again, err)
		}
	})
}
