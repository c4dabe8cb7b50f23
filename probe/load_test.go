package probe

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"testing"
)

// wantAdvice matches what was said, or the error, against a regular expression
// over all of it.
func wantAdvice(t *testing.T, got Advice, err error, want string) {
	t.Helper()
	said := advised(got, err)
	if err != nil && got != (Advice{}) {
		t.Errorf("an error and %+v", got)
	}
	if !regexp.MustCompile("^(?:" + want + ")$").MatchString(said) {
		t.Errorf("got %s\nwant %s", said, want)
	}
}

// advised is what was said, or the error.
func advised(got Advice, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return got.Said
}

func TestParseLoad(t *testing.T) {
	bad := errors.New("bad")
	for _, tt := range []struct {
		name, output string
		load         float64
		err          error
	}{
		{"uptime", " 17:20:01 up 12 days,  3:04,  2 users,  load average: 0.12, 0.34, 0.56\n", 0.12, nil},
		{"rup", "     10.8.8.33    up  12 days,   3:04,    load average: 1.05, 0.34, 0.56\n", 1.05, nil},
		{"ruptime", "up  12+03:04,     2 users,  load 12.00, 0.34, 0.56", 12, nil},
		{"macOS, BSD", "17:20  up 12 days, 3:04, 2 users, load averages: 2.10 1.90 1.80\n", 2.1, nil},
		{"decimal comma", "load average: 0,42, 0,30, 0,20\n", 0.42, nil},
		{"decimal comma, blanks", "load average: 0,42 0,30 0,20\n", 0.42, nil},
		{"a program's own", "load: 3", 3, nil},
		{"whole number", "load average: 4, 3, 2", 4, nil},
		{"tab", "load\t0.5\n", 0.5, nil},
		{"host's name", "load-1 up 12 days, load average: 0.12, 0.1, 0.1", 0.12, nil},
		{"host's name", "loadbalancer1 up 12 days, load average: 0.12, 0.1, 0.1", 0.12, nil},
		{"in its second line", "Warning: old key, no load\nload average: 0.12, 0.1, 0.1", 0.12, nil},

		{"nothing", "", 0, bad},
		{"no load", "up 12 days", 0, bad},
		{"no number", "load average: high", 0, bad},
		{"negative", "load average: -0.12, 0.1, 0.1", 0, bad},
		{"glued", "load average: 0.12abc", 0, bad},
		{"no digits", "load average: ., 0.1", 0, bad},
		{"exponent", "load average: 1e3, 0.1", 0, bad},
		{"endless digits", "load average: 1000000000000000, 1", 0, bad},
		{"too high", "load average: 1000001, 1", 0, bad},
		{"part of a word", "workload 0.12, 0.1", 0, bad},
		{"on the next line", "load average:\n0.12", 0, bad},
	} {
		load, err := parseLoad([]byte(tt.output))
		if load != tt.load || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %q: %v, %v; want %v, %v", tt.name, tt.output, load, err, tt.load, tt.err)
		}
	}
}

// FuzzParseLoad holds that what is read is a load average, and that one that is
// written as uptime does is read back.
func FuzzParseLoad(f *testing.F) {
	f.Add([]byte("load average: 0.12, 0.34, 0.56\n"), 0.12)
	f.Add([]byte("loadbalancer1 load 1,5"), 1e6)
	f.Fuzz(func(t *testing.T, output []byte, load float64) {
		got, err := parseLoad(output)
		if err == nil && !(got >= 0 && got <= maxLoad) || err != nil && got != 0 {
			t.Errorf("%v, %v of %q", got, err, output)
		}
		if load >= 0 && load <= maxLoad {
			text := fmt.Sprintf("load average: %.2f, 1.00, 1.00\n", load)
			if got, err := parseLoad([]byte(text)); err != nil || fmt.Sprintf("%.2f", got) != fmt.Sprintf("%.2f", load) {
				t.Errorf("%s: %v, %v", text, got, err)
			}
		}
	})
}

// TestLoadLeaks: whatever servers do, nothing is left of a question.
func TestLoadLeaks(t *testing.T) {
	leaks(t)
	way := Way{Timeout: short}
	for _, server := range []func(*net.TCPConn){
		hang, shut, reset, resetAfterRead, halfClose, endless, pieces(hang, "up\n"),
		replies(shut, "HTTP/1.1 200 OK\r\n\r\n0.5"), floods("HTTP/1.1 200 OK\r\n\r\n", "1 "),
	} {
		srv := tcpServer(t, server)
		for range 5 {
			for _, m := range []LoadMonitor{LoadAgent{way}, LoadHTTP{Way: way}} {
				if a, err := m.Ask(t.Context(), srv); err == nil && a.Said == "" {
					t.Errorf("%s: nothing said and no error", m)
				}
			}
		}
	}
	_, _ = LoadProgram{Words: []string{"/bin/sh", "-c", "sleep 60 & echo load: 1"}, Timeout: short}.Ask(t.Context(), here)
}
