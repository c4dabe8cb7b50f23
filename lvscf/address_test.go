package lvscf

import "testing"

func TestParseAddr(t *testing.T) {
	tests := []struct {
		in   string
		want string // empty: refused
		odd  bool
	}{
		{"10.0.0.1", "10.0.0.1", false}, {"fd00::1", "fd00::1", false}, {"10.1", "10.0.0.1", true},
		{"010.0.0.1", "8.0.0.1", true}, {"0x0a000001", "10.0.0.1", true}, {"10.257", "10.0.1.1", true}, {"167772161", "10.0.0.1", true},
		{"", "", false}, {"10.0.0.256", "", false}, {"10.0.0.1.1", "", false}, {"10.0.0.1:80", "", false}, {"10..1", "", false},
		{"4294967296", "", false}, {"www", "", false}, {"10.0.0.-1", "", false}, {"10.0.0.+1", "", false}, {"1.2.3.0x", "", false},
	}
	for _, tt := range tests {
		a, odd, ok := parseAddr(tt.in)
		if ok != (tt.want != "") || ok && (a.String() != tt.want || odd != tt.odd) {
			t.Errorf("%q = %v, odd %v, ok %v, want %+v", tt.in, a, odd, ok, tt)
		}
	}
}

func TestParseMask(t *testing.T) {
	tests := []struct {
		in    string
		want  mask
		holes bool
		ok    bool
	}{
		{"255.255.255.0", mask{24, dottedMask}, false, true},
		{"255.255.240.0", mask{20, dottedMask}, false, true},
		{"128.0.0.0", mask{1, dottedMask}, false, true},
		{"0xffffff00", mask{24, dottedMask}, false, true},
		{"255.255.255.255", mask{}, false, true},
		{"0.0.0.0", mask{}, false, true},
		{"0", mask{}, false, true},
		{"24", mask{24, countMask}, false, true},
		{"ffff:ffff::", mask{32, countMask}, false, true},
		{"255.0.255.0", mask{}, true, true},
		{"0.0.0.255", mask{}, true, true},
		{"255.255.255.253", mask{}, true, true},
		{"129", mask{}, true, true},
		{"255.255.255.0/24", mask{}, false, false},
		{"c", mask{}, false, false},
		{"", mask{}, false, false},
	}
	for _, tt := range tests {
		m, holes, ok := parseMask(tt.in)
		if m != tt.want && !holes || holes != tt.holes || ok != tt.ok {
			t.Errorf("%q = %+v, holes %v, ok %v, want %+v", tt.in, m, holes, ok, tt)
		}
	}
	for bits := range 33 {
		if n, whole := ones(netmaskBytes(bits)); n != bits || !whole {
			t.Errorf("%s has %d ones, whole %v", dotted(bits), n, whole)
		}
	}
}

func netmaskBytes(bits int) []byte {
	a, _, _ := parseAddr(dotted(bits))
	return a.AsSlice()
}

func TestHostName(t *testing.T) {
	for in, want := range map[string]bool{
		"www": true, "sql1.example.com": true, "a.": true, "my_host": true, "3com.net": true,
		"": false, "-a": false, "a-": false, "a..b": false, "a b": false, "10.0.0.1": false, "http://x": false, "网站": false,
	} {
		if got := hostName(in); got != want {
			t.Errorf("%q = %v", in, got)
		}
	}
}

func TestDeviceName(t *testing.T) {
	for in, ok := range map[string]bool{
		"eth0": true, "eth0:1": true, "br-lan.100": true, "enp0s31f6:vip": true, "123456789012345": true,
		"": false, ":1": false, "eth0:": false, "1234567890123456": false, "a/b": false, "..": false,
	} {
		if got := deviceName(in); (got == "") != ok {
			t.Errorf("%q: %q", in, got)
		}
	}
}
