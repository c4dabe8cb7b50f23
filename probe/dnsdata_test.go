package probe

import "testing"

func TestParseDNS(t *testing.T) {
	for text, want := range map[string]DNSType{"": 0, "a": 1, "AAAA": 28, "type257": 257, "TYPE65280": 65280} {
		if got, err := ParseDNSType(text); err != nil || got != want {
			t.Errorf("type %q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"B", "TYPE", "TYPE0", "TYPE65536", "1"} {
		if got, err := ParseDNSType(text); err == nil {
			t.Errorf("type %q: %d", text, got)
		}
	}
	for text, want := range map[string]Rcode{"": 0, "noerror": 0, "NXDOMAIN": 3, "5": 5, "15": 15} {
		if got, err := ParseRcode(text); err != nil || got != want {
			t.Errorf("rcode %q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"NO", "16", "-1"} {
		if got, err := ParseRcode(text); err == nil {
			t.Errorf("rcode %q: %d", text, got)
		}
	}
}
