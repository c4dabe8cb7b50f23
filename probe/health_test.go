package probe

import "testing"

func TestHealthRequest(t *testing.T) {
	for service, want := range map[string]string{"": "\x00\x00\x00\x00\x00", "db": "\x00\x00\x00\x00\x04\x0a\x02db"} {
		if got := string(healthRequest(service)); got != want {
			t.Errorf("%q: %q, want %q", service, got, want)
		}
	}
}

func TestParseHealth(t *testing.T) {
	for text, want := range map[string]string{
		"\x00\x00\x00\x00\x00":         "UNKNOWN",
		"\x00\x00\x00\x00\x02\x08\x01": "SERVING",
		"\x00\x00\x00\x00\x02\x08\x02": "NOT_SERVING",
		"\x00\x00\x00\x00\x02\x08\x03": "SERVICE_UNKNOWN",
		"\x00\x00\x00\x00\x02\x08\x7f": "status 127",
		// Fields of other numbers and of each type, then the status.
		"\x00\x00\x00\x00\x17\x10\x05\x12\x01x\x19\x00\x00\x00\x00\x00\x00\x00\x00\x15\x00\x00\x00\x00\x08\x02\x08\x01": "SERVING",

		"":                             "",
		"\x00\x00\x00\x00":             "",
		"\x01\x00\x00\x00\x02\x08\x01": "", // compressed
		"\x00\x00\x00\x00\x03\x08\x01": "", // cut short
		"\x00\x00\x00\x00\x01\x08\x01": "", // too long
		"\x00\x00\x00\x00\x01\x08":     "",
		"\x00\x00\x00\x00\x02\x0b\x00": "", // a group
		"\x00\x00\x00\x00\x02\x12\x05": "",
		"\x00\x00\x00\x00\x02\x15\x00": "",
		"\x00\x00\x00\x00\x02\x08\xff": "",
		"\x00\x00\x00\x00\x0c\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x": "", // a length that overflows
	} {
		got := ""
		if status, ok := parseHealth([]byte(text)); ok {
			got = healthName(status)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzParseHealth(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x02\x08\x01"))
	f.Add([]byte("\x00\x00\x00\x00\x05\x12\x01x\x08\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, ok := parseHealth(b); ok && len(b) < 5 {
			t.Errorf("%q", b)
		}
	})
}
