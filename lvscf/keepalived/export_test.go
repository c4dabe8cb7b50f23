package keepalived

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
	"pacu/lvscf/internal/importtest"
)

// read is the Config of an lvs.cf.
func read(t *testing.T, text []byte) *lvscf.Config {
	t.Helper()
	cfg, problems := lvscf.Read("lvs.cf", text)
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	return cfg
}

// TestRoundTrip exports, imports and exports again. Names are not carried, so
// the comments that have them are left out.
func TestRoundTrip(t *testing.T) {
	importtest.RoundTrip(t, Import, Export, func(again *lvscf.Config) {
		for i := range again.Failovers {
			again.Failovers[i].Active = true // what an import leaves to the operator
		}
	}, bare)
}

// TestSame imports what was exported of a file that keepalived can express,
// and compares what the two mean.
func TestSame(t *testing.T) {
	want := importtest.Configs(t)["testdata/export/everything.cf"]
	conf, _ := Export(want)
	lvs, _, err := Import("keepalived.conf", conf)
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, lvs)
	for _, c := range []*lvscf.Config{want, got} {
		c.SerialNo = 0
		for i := range c.Virtuals {
			v := &c.Virtuals[i]
			v.Name, v.Pos = "", lvscf.Pos{}
			for j := range v.Checks {
				v.Checks[j].Pos = lvscf.Pos{}
			}
			for j := range v.Servers {
				v.Servers[j].Name, v.Servers[j].Pos = "", lvscf.Pos{}
				v.Servers[j].PortGiven = v.Servers[j].PortGiven || v.Ports == nil // the virtual's, written out
			}
		}
	}

	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("exported and imported (-want +got):\n%s\n%s", diff, conf)
	}
}

// bare is conf without comments.
func bare(conf []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(conf)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "!") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestErrors are texts that are no keepalived.conf.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no text", "global_defs {\n\xff\n}\n", "f: it is no UTF-8 text"},
		{"a NUL", "global_defs {\n\x00\n}\n", "f: it is no UTF-8 text"},
		{"open", "global_defs {\nvrrp_instance A {\n}\n", `f:1: the block of "global_defs" is never closed`},
		{"closed twice", "global_defs {\n}\n}\n", "f:3: a } that closes nothing"},
		{"a brace alone", "{\n}\n", "f:1: a { that belongs to nothing"},
		{"deep", strings.Repeat("a {\n", 40), "f:33: blocks nested more than 32 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Import("f", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestWords has lines as keepalived 2.2.7 was seen to read them.
func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		"weight 1#x":               {"weight", "1"},
		`path "/a#b!c" ! comment`:  {"path", "/a#b!c"},
		"real_server 10.0.0.2 80{": {"real_server", "10.0.0.2", "80", "{"},
		"}} # end":                 {"}", "}"},
		`misc_path "a 'b' c"`:      {"misc_path", "a 'b' c"},
		`misc_path "never closed`:  {"misc_path", "never closed"},
		"script ${X}":              {"script", "${X}"},
		"!":                        nil,
	} {
		var got []string
		for _, w := range words(line + "\n") {
			got = append(got, w.text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

// TestNothingIsDropped wants of every word that lvs.cf does not have a note of
// its line.
func TestNothingIsDropped(t *testing.T) {
	const conf = `madeup_global 1
global_defs {
	madeup_def 2
}
vrrp_instance A {
	interface eth0
	madeup_vrrp {
		madeup_inner 3
	}
	virtual_ipaddress {
		10.0.0.1/24
	}
}
virtual_server 10.0.0.1 80 {
	madeup_virtual 4
	real_server 10.0.0.2 80 {
		madeup_real 5
		TCP_CHECK {
			madeup_check 6
		}
	}
}
`
	_, notes, err := Import("f", []byte(conf))
	if err != nil {
		t.Fatal(err)
	}
	noted := make(map[int]bool)
	for _, n := range notes {
		noted[n.Line] = true
	}
	i := 0
	for line := range strings.Lines(conf) {
		if i++; strings.Contains(line, "madeup") && !noted[i] {
			t.Errorf("line %d is dropped in silence: %s", i, line)
		}
	}
}
