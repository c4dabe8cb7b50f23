package probe

import (
	"context"
	"errors"
	"net/netip"
	"testing"
)

func TestRup(t *testing.T) {
	installed(t, "rup", `echo "   $1    up   5 days,  3:04,    load average: 0.12, 0.10, 0.05"`)
	got, err := Rup(long).Ask(t.Context(), here)
	wantAdvice(t, got, err, `load average 0.12`)
}

func TestRuptime(t *testing.T) {
	installed(t, "ruptime", `test $# = 0 && echo "lvs-02   up  1+02:03,   3 users,  load 0.50, 0.10, 0.00
lvs-030  up  1+02:03,   3 users,  load 0.60, 0.10, 0.00
LVS-03   up  1+02:03,   3 users,  load 0.70, 0.10, 0.00
lvs-04   down  3:02"`)
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"lvs-03.example.org.", nil, `load average 0.7`},
		{"lvs-02", nil, `load average 0.5`},
		{"lvs-04.", nil, `error: bad load average returned: "down  3:02"`},
		{"lvs-05.", nil, `error: ruptime does not list lvs-05., 10.8.8.33`},
		{"", errors.New("no such host"), `error: look up the name of 10.8.8.33: no such host`},
	} {
		m := Ruptime{Timeout: long, Names: func(_ context.Context, a netip.Addr) ([]string, error) {
			if a != here.Addr {
				t.Errorf("asked for the names of %s", a)
			}
			return []string{tt.name}, tt.err
		}}
		got, err := m.Ask(t.Context(), here)
		wantAdvice(t, got, err, tt.want)
	}
	t.Run("no such program", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		m := Ruptime{Timeout: long, Names: func(context.Context, netip.Addr) ([]string, error) { return nil, nil }}
		got, err := m.Ask(t.Context(), here)
		wantAdvice(t, got, err, `error: exec: "ruptime": executable file not found in \$PATH`)
	})
}

func TestSameHost(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"lvs-03", "lvs-03.", true}, {"lvs-03", "LVS-03.example.org.", true}, {"lvs-03.example.org", "lvs-03", true},
		{"lvs-03.example.org", "lvs-03.example.org.", true}, {"lvs-03.example.org", "lvs-03.example.net", false},
		{"lvs-03", "lvs-030", false}, {"", "", false}, {"", "lvs-03", false},
		{"10.8.8.33", "10.8.8.33", true}, {"10", "10.8.8.33", false}, {"10.8.8.3", "10.8.8.33", false},
	} {
		if got := sameHost(tt.a, tt.b); got != tt.same {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}

// FuzzRuptimeLine holds that a line that is found is a listed host's.
func FuzzRuptimeLine(f *testing.F) {
	f.Add("lvs-02 up 1+02:03, load 0.50, 0.10\nlvs-03  down 3:02\n", "lvs-03.example.org")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, output, name string) {
		line, err := ruptimeLine(output, []string{name})
		if err != nil && line != "" {
			t.Errorf("%q: %q and %v", output, line, err)
		}
		if err == nil && name == "" {
			t.Errorf("%q: nameless, %q", output, line)
		}
	})
}
