package lvscf

import (
	"testing"
	"time"
)

func TestParseInt(t *testing.T) {
	tests := []struct {
		in   string
		want int64
		ok   bool
	}{
		{"0", 0, true}, {"539", 539, true}, {"0x50", 80, true}, {"0X50", 80, true}, {"010", 8, true},
		{"+3", 3, true}, {"-3", -3, true}, {" 7", 7, true}, {"00", 0, true}, {"3000000000", 3000000000, true},
		{"", 0, false}, {"7 ", 0, false}, {"08", 0, false}, {"0x", 0, false}, {"1_000", 0, false}, {"+-3", 0, false},
		{"9223372036854775807", 9223372036854775807, true}, {"9223372036854775808", 0, false}, {"0b1", 0, false}, {"7#x", 0, false},
	}
	for _, tt := range tests {
		if got, ok := parseInt(tt.in); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%q = %d, %v, want %d, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration
		ok   bool
	}{
		{"2", 2 * time.Second, true}, {"0x10", 16 * time.Second, true}, {"0.25", 250 * time.Millisecond, true},
		{"250ms", 250 * time.Millisecond, true}, {"2s", 2 * time.Second, true}, {"1.5s", 1500 * time.Millisecond, true},
		{"0.5ms", 500 * time.Microsecond, true}, {"-1", -time.Second, true}, {"0", 0, true}, {"0.000000001", 1, true},
		{"", 0, false}, {"s", 0, false}, {"ms", 0, false}, {"1.", 0, false}, {".5", 0, false}, {"1.2.3", 0, false}, {"1m", 0, false},
		{"-0.5", 0, false}, {"1e3", 0, false}, {"08", 0, false}, {"9223372037", 0, false}, {"9223372036854775807", 0, false},
		{"0.0000000001", 0, false},
	}
	for _, tt := range tests {
		if got, ok := parseDuration(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("%q = %v, %v, want %v, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`GET / HTTP/1.0\r\n\r\n`: "GET / HTTP/1.0\r\n\r\n",
		`\t\\\"\'`:               "\t\\\"'",
		`\`:                      `\`,
		`a\`:                     `a\`,
		`\x41`:                   `\x41`,
		`\n`:                     "\n",
		``:                       ``,
	} {
		if got := unescape(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for in, want := range map[time.Duration]string{
		0: "0", 10 * time.Second: "10", 250 * time.Millisecond: "0.25", 90 * time.Second: "90", time.Nanosecond: "0.000000001",
	} {
		if got := seconds(in); got != want {
			t.Errorf("%v = %s, want %s", in, got, want)
		}
	}
}
