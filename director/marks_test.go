package director

import (
	"fmt"
	"strings"
	"testing"

	"pacu/lvscf"
)

// portsVirtual is a virtual with ports, more of it inside its block.
func portsVirtual(name, address, ports, more string) string {
	return fmt.Sprintf("virtual %s {\n active = 1\n address = %s eth0:1\n ports = %s\n%s server a {\n  address = 192.0.2.11\n  active = 1\n }\n}\n", name, address, ports, more)
}

// marksOf are the marks of each virtual.
func marksOf(t *testing.T, text string) map[string]uint32 {
	t.Helper()
	cfg, problems := lvscf.Read("lvs.cf", []byte("primary = 192.0.2.1\n"+text))
	if cfg == nil {
		t.Fatalf("%v\n%s", problems.Err(), text)
	}
	m := newMarks(cfg)
	got := make(map[string]uint32)
	for i := range cfg.Virtuals {
		got[cfg.Virtuals[i].Name] = m.of(&cfg.Virtuals[i])
	}
	return got
}

// A mark of our own is that of what clients see, whatever else the file says.
func TestMarksAreStable(t *testing.T) {
	web := portsVirtual("web", "192.0.2.100", "80,443", "")
	first := marksOf(t, web)["web"]
	if first&0xf0000000 != markSpace {
		t.Errorf("mark %#x is not of our space", first)
	}
	tests := []struct{ name, text string }{
		{"the same", web},
		{"others before", portsVirtual("mail", "192.0.2.101", "25", "") + web},
		{"others after", web + portsVirtual("mail", "192.0.2.101", "25", " fwmark = 7\n")},
		{"another scheduler", portsVirtual("web", "192.0.2.100", "80,443", " scheduler = rr\n")},
		{"another port", portsVirtual("web", "192.0.2.100", "80", "")},
		{"another order", portsVirtual("web", "192.0.2.100", "443,80", "")},
	}
	for _, tt := range tests {
		if got := marksOf(t, tt.text)["web"]; got != first {
			t.Errorf("%s: mark %#x, want %#x", tt.name, got, first)
		}
	}
	for _, other := range []string{
		portsVirtual("web", "192.0.2.101", "80,443", ""), portsVirtual("mail", "192.0.2.100", "80,443", ""),
		portsVirtual("web", "192.0.2.100", "80,443", " protocol = udp\n"),
	} {
		for name, got := range marksOf(t, other) {
			if got == first {
				t.Errorf("mark %#x for something else, %s:\n%s", got, name, other)
			}
		}
	}
}

// A mark that is taken by hand is nobody else's.
func TestMarksDoNotCollide(t *testing.T) {
	web := portsVirtual("web", "192.0.2.100", "80,443", "")
	first := marksOf(t, web)["web"]
	taken := portsVirtual("mail", "192.0.2.101", "25", fmt.Sprintf(" fwmark = %d\n", first))
	got := marksOf(t, web+taken)
	if got["mail"] != first || got["web"] == first || got["web"]&0xf0000000 != markSpace {
		t.Errorf("marks %#x", got)
	}
}

func TestMarksOfAFewHundred(t *testing.T) {
	var b strings.Builder
	for i := range 500 {
		b.WriteString(portsVirtual(fmt.Sprint("v", i), fmt.Sprintf("10.0.%d.%d", i/250, 1+i%250), "all", ""))
	}
	seen := make(map[uint32]string)
	for name, mark := range marksOf(t, b.String()) {
		if seen[mark] != "" || mark == 0 {
			t.Errorf("%s and %s have mark %#x", name, seen[mark], mark)
		}
		seen[mark] = name
	}
}

// A mark set by hand without ports is fed by hand.
func TestMarksByHand(t *testing.T) {
	c := cluster(t, twoMarks)
	if len(c.Firewall.Marks) != 0 {
		t.Errorf("marks %+v", c.Firewall.Marks)
	}
}
