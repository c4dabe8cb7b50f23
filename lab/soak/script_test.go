package soak

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// A seed always writes the same day; two seeds do not.
func TestScriptIsReplayable(t *testing.T) {
	day := func(seed uint64) string {
		var b strings.Builder
		s := newScript(seed)
		for range 200 {
			st := s.next()
			fmt.Fprintf(&b, "%s %s\n", st.wait, st.what)
		}
		return b.String()
	}
	if diff := cmp.Diff(day(1), day(1)); diff != "" {
		t.Error(diff)
	}
	if day(1) == day(2) {
		t.Error("two seeds write the same day")
	}
}

// Whatever happens, enough servers serve, the file is without fault, everything
// that can happen does, and all can be healed.
func TestScriptKeepsServing(t *testing.T) {
	seen := map[action]int{}
	which, failures := map[string]int{}, map[string]int{}
	for seed := range uint64(20) {
		s := newScript(seed)
		for range 400 {
			st := s.next()
			seen[st.do]++
			if st.do == outage {
				failures[st.word]++
			}
			if st.do == drift {
				which[st.word]++
				if !st.after.calm() {
					t.Fatalf("seed %d: %s while %v serve", seed, st.what, st.after.serving())
				}
			}
			if n := len(st.after.serving()); n < least {
				t.Fatalf("seed %d: after %s %d servers serve", seed, st.what, n)
			}
			if _, problems := lvscf.Read("lvs.cf", []byte(st.after.file())); len(problems) > 0 {
				t.Fatalf("seed %d: after %s: %v\n%s", seed, st.what, problems, st.after.file())
			}
		}
		s.heal()
		if !s.model.calm() {
			t.Fatalf("seed %d: only %v serve after all is healed", seed, s.model.serving())
		}
	}
	for a := reload; a <= silentPath; a++ {
		if seen[a] < 20 {
			t.Errorf("action %d came %d times", a, seen[a])
		}
	}
	if len(which) != len(drifts) {
		t.Errorf("drifts %v", which)
	}
	if len(failures) != len(outages) {
		t.Errorf("outages %v", failures)
	}
	t.Log(seen, which, failures)
}

func TestModelTable(t *testing.T) {
	m := newModel()
	m.servers[0].removed, m.servers[1].drained, m.servers[2].weight, m.extra = true, true, 3, true
	want := []string{
		"-A -f 80 -s rr",
		"-A -t 10.10.1.30:80 -s wlc",
		"-A -t 10.10.1.30:8080 -s rr",
		"-a -f 80 -r 10.8.8.35:0 -m -w 3",
		"-a -f 80 -r 10.8.8.36:0 -m -w 1",
		"-a -t 10.10.1.30:80 -r 10.8.8.35:80 -m -w 3",
		"-a -t 10.10.1.30:80 -r 10.8.8.36:80 -m -w 1",
		"-a -t 10.10.1.30:8080 -r 10.8.8.35:8080 -m -w 3",
		"-a -t 10.10.1.30:8080 -r 10.8.8.36:8080 -m -w 1",
	}
	if diff := cmp.Diff(want, m.table()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rising := lines(strings.NewReplacer("-w 3", "-w 1").Replace(strings.Join(want, "\n")))
	if got := m.missing(rising); len(got) > 0 {
		t.Errorf("a server that rises counts as missing: %q", got)
	}
	if got := m.missing(rising[1:]); !cmp.Equal(got, want[:1]) {
		t.Errorf("missing %q", got)
	}
	down := lines(strings.NewReplacer(":8080 -m -w 1", ":8080 -m -w 0").Replace(strings.Join(want, "\n")))
	if got := m.missing(down); len(got) != 1 {
		t.Errorf("missing %q", got)
	}
}

func TestParseConnections(t *testing.T) {
	text, err := os.ReadFile("testdata/ip_vs_conn")
	if err != nil {
		t.Fatal(err)
	}
	all, err := parseConnections(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, client := range []string{"10.10.1.101:20000", "10.10.1.160:40960"} {
		for k, v := range all {
			if k.String() == client {
				fmt.Fprintf(&b, "%s %s %s\n", k, v, nameOf(v))
			}
		}
	}
	if diff := cmp.Diff("10.10.1.101:20000 10.8.8.33 lvs-03\n10.10.1.160:40960 10.8.8.36 lvs-06\n", b.String()); diff != "" || len(all) != 2 {
		t.Errorf("%v (-want +got):\n%s", all, diff)
	}
	for _, bad := range []string{"x\nTCP 1\n", "x\nTCP 0A0A01 4E20 0A0A011E 0050 0A080821 0050 X 9\n", "x\nTCP 0A0A0165 XX 0A0A011E 0050 0A080821 0050 X 9\n", "x\nTCP 0A0A0165 4E20 0A0A011E 0050 ZZ080821 0050 X 9\n"} {
		if _, err := parseConnections([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func FuzzParseConnections(f *testing.F) {
	text, err := os.ReadFile("testdata/ip_vs_conn")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parseConnections(text)
		if err != nil && all != nil {
			t.Errorf("%v beside %v", all, err)
		}
	})
}
