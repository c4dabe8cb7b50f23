package heartbeat

import (
	"encoding/binary"
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want Message
		is   error
	}{
		{"bad: empty", "", 0, ErrLength},
		{"bad: short", "\xda\xdb\xad", 0, ErrLength},
		{"bad: long", "\xda\xdb\xad\xbd\x00", 0, ErrLength},
		{"bad: nothing known", "\x00\x00\x00\x00", 0, ErrUnknown},
		{"bad: mixed order", "\xdb\xda\xbd\xad", 0, ErrUnknown},
		{"running", "\xda\xdb\xad\xbd", Running, nil},
		{"running, big-endian", "\xbd\xad\xdb\xda", Running, nil},
		{"stopped", "\xbd\xda\xbd\xad", Stopped, nil},
		{"stopped, big-endian", "\xad\xbd\xda\xbd", Stopped, nil},
		{"hold", "\xbe\xba\xaf\xde", HoldMessage, nil},
		{"held", "\xda\xda\xaf\xde", HeldMessage, nil},
		{"fos running", "\xbe\xba\xef\xbe", FOSRunning, nil},
		{"fos stopped", "\xef\xbe\xad\xde", FOSStopped, nil},
		{"fos stop", "\xda\xda\xad\xde", FOSStop, nil},
	}
	for _, tt := range tests {
		got, err := Parse([]byte(tt.in))
		if got != tt.want || !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, got, err, tt.want, tt.is)
		}
	}
	if got := string(Running.Append([]byte("x"))); got != "x\xda\xdb\xad\xbd" {
		t.Errorf("running is written as % x", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\xda\xdb\xad\xbd"))
	f.Add([]byte("\xad\xbd\xda\xbd"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		switch {
		case err != nil:
			if m != 0 || errors.Is(err, ErrLength) == (len(b) == Size) {
				t.Errorf("% x: %v, %v", b, m, err)
			}
		case binary.LittleEndian.Uint32(b) != uint32(m) && binary.BigEndian.Uint32(b) != uint32(m):
			t.Errorf("% x parsed as %v", b, m)
		default:
			if again, err := Parse(m.Append(nil)); again != m || err != nil {
				t.Errorf("%v comes back as %v, %v", m, again, err)
			}
		}
	})
}
