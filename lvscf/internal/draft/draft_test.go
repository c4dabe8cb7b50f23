package draft

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// finish is the lvs.cf of d, which must read, and its notes as text.
func finish(t *testing.T, d *Draft) (text, notes string) {
	t.Helper()
	lvs, ns, err := d.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := lvscf.Read("lvs.cf", lvs); problems.Err() != nil {
		t.Fatalf("%v\n%s", problems.Err(), lvs)
	}
	for _, n := range ns {
		notes += n.String() + "\n"
	}
	return string(lvs), notes
}

// at is line n of a source.
func at(n int) Source { return Source{Line: n, Text: fmt.Sprintf("line %d", n)} }

func TestFinish(t *testing.T) {
	d := &Draft{}
	g := d.Global()
	g.Set(at(9), "network", "direct")
	g.Set(at(1), "keepalive", "1")
	g.Set(at(2), "active_cmd", "/bin/run a b")
	v := d.Service(at(3), "virtual", "my web")
	v.SetText(at(4), "expect", "say \"it's\"\r\n\\")
	v.Set(at(3), "active", "1")
	v.Set(at(3), "address", "10.0.0.1", "eth0:1")
	for range 3 {
		s := v.Server(at(5), "a")
		s.Set(at(5), "address", "10.0.0.9")
	}
	v.Servers()[1].Set(at(5), "port", "81")
	v.Servers()[2].Set(at(5), "port", "82")
	text, notes := finish(t, d)
	want := `keepalive = 1
network = direct
active_cmd = "/bin/run a b"
virtual my_web {
     active = 1
     address = 10.0.0.1 eth0:1
     expect = "say "it's"\r\n\\"
     server a {
         address = 10.0.0.9
     }
     server a-2 {
         address = 10.0.0.9
         port = 81
     }
     server a-3 {
         address = 10.0.0.9
         port = 82
     }
}
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("lvs.cf (-want +got):\n%s", diff)
	}
	if notes != "" {
		t.Errorf("notes: %s", notes)
	}
	cfg, _ := lvscf.Read("", []byte(text))
	if got := *cfg.Virtuals[0].Expect; got != "say \"it's\"\r\n\\" {
		t.Errorf("expect reads back as %q", got)
	}
}

// TestRefused leaves out what lvs.cf refuses, with a note of its line.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name        string
		make        func(d *Draft)
		text, notes string
	}{
		{"a global", func(d *Draft) {
			d.Global().Set(at(1), "keepalive", "soon")
			d.Global().Set(at(2), "deadtime", "9")
		}, "deadtime = 9\n", "1: line 1: not carried: \"soon\" is not a time in seconds\n"},
		{"a setting", func(d *Draft) {
			d.Service(at(1), "virtual", "v").Set(at(2), "scheduler", "best")
		}, "virtual v {\n}\n", "2: line 2: not carried: scheduler \"best\" is not known\n"},
		{"an address takes its block along", func(d *Draft) {
			v := d.Service(at(1), "virtual", "v")
			v.Server(at(2), "a").Set(at(3), "address", "10.0.0.999")
			v.Server(at(4), "b").Set(at(4), "address", "10.0.0.9")
		}, "virtual v {\n     server b {\n         address = 10.0.0.9\n     }\n}\n", "2: line 2: not carried: address: \"10.0.0.999\" is no address and no host name\n"},
		{"the second of a kind", func(d *Draft) {
			for i := range 2 {
				v := d.Service(at(i), "virtual", "v")
				v.Set(at(i), "active", "1")
				v.Set(at(i), "address", "10.0.0.1", "eth0")
			}
		}, "virtual v {\n     active = 1\n     address = 10.0.0.1 eth0\n}\n", "1: line 1: not carried: tcp 10.0.0.1:80 is virtual \"v\" of line 1 already\n"},
		{"what is no text", func(d *Draft) {
			d.Global().Set(at(6), "network", "nat")
			d.Global().Set(at(7), "active_cmd", "say \a")
		}, "network = nat\n", "7: line 7: not carried: set active_cmd in the file: \"say \\a\" holds what cannot stand in one line of text: use escapes\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &Draft{}
			c.make(d)
			text, notes := finish(t, d)
			if diff := cmp.Diff(c.text, text); diff != "" {
				t.Errorf("lvs.cf (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNetwork(t *testing.T) {
	d := &Draft{}
	var votes []Vote
	for i, f := range []string{"tunnel", "direct", "direct", "hyper", "fullnat"} {
		v := d.Service(at(i+1), "virtual", "v")
		v.Set(at(i+1), "active", "1")
		votes = append(votes, Vote{at(i + 1), v, nil, f})
	}
	mixed := d.Service(at(6), "virtual", "mixed")
	mixed.Set(at(6), "active", "1")
	for i, f := range []string{"nat", "direct", "nat"} {
		s := mixed.Server(at(7+i), "s")
		s.Set(at(7+i), "active", "1")
		votes = append(votes, Vote{at(7 + i), mixed, s, f})
	}
	votes = append(votes, Vote{at(10), votes[1].Virtual, nil, "direct"})
	if got := d.Network(votes); got != "direct" {
		t.Errorf("network is %s, want direct", got)
	}
	for i, want := range []string{"1 tunnel", "1 direct", "1 direct", "0 direct", "1 fullnat", "1 nat"} {
		s := d.Services()[i]
		if got := s.Get("active")[0] + " " + s.Forward(); got != want {
			t.Errorf("virtual %d has active and forward %s, want %s", i, got, want)
		}
	}
	for i, want := range []string{"1", "0", "1"} {
		if got := mixed.Servers()[i].Get("active")[0]; got != want {
			t.Errorf("server %d has active = %s, want %s", i, got, want)
		}
	}
	if got := new(Draft).Network(nil); got != "nat" {
		t.Errorf("without votes the network is %s, want nat", got)
	}
}

func TestPlace(t *testing.T) {
	d := &Draft{}
	for i, a := range []string{"10.0.0.1", "10.0.0.2", "10.0.0.1", "2001:db8::1"} {
		d.Place(at(i+1), d.Service(at(i+1), "virtual", "v"), netip.MustParseAddr(a))
	}
	var got []string
	for _, s := range d.Services() {
		got = append(got, strings.Join(s.Get("address"), " "))
	}
	want := []string{"10.0.0.1 eth0:1", "10.0.0.2 eth0:2", "10.0.0.1 eth0:1", "2001:db8::1 eth0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"a\tb\r\n", "a\tb\r\n", true},
		{"\ufeffa\u00a0b\u3000c", " a b c", true},
		{"中文", "中文", true},
		{"\xff", "", false},
		{"a\x00", "", false},
	} {
		got, err := Text([]byte(c.in))
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("Text(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
}

func TestNote(t *testing.T) {
	for _, c := range []struct {
		n    Note
		want string
	}{
		{Note{0, "", "why"}, "why"},
		{Note{3, "", "why"}, "3: why"},
		{Note{3, "words", "why"}, "3: words: why"},
	} {
		if got := c.n.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	long := short(strings.Repeat("词", 100) + "\a")
	if len(long) > longest+3 || !strings.HasSuffix(long, "...") || strings.ContainsRune(long, '\uFFFD') {
		t.Errorf("short made %q", long)
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 250 * time.Millisecond: "0.25", 90 * time.Second: "90"} {
		if got := Seconds(d); got != want {
			t.Errorf("Seconds(%v) = %s, want %s", d, got, want)
		}
	}
}
