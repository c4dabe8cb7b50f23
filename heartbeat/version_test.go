package heartbeat

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A partner that is not upgraded yet is understood.
func TestPacketVersion1Golden(t *testing.T) {
	dump, err := os.ReadFile("testdata/packet-v1.hex")
	if err != nil {
		t.Fatal(err)
	}
	var raw []byte
	for line := range strings.Lines(string(dump)) {
		b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(line[10:60]), " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, b...)
	}
	l := NewLine([]Key{testKey(1)}, Primary, 0x1112131415161718)
	got, _, err := l.Open(0, raw, testStart.Add(time.Second))
	want := fullBeat()
	want.Release = ""
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// version1 is a packet of the first version, as a partner sends that is not
// upgraded yet.
func version1(k Key, b Beat) []byte {
	raw := NewLine([]Key{k}, Primary, 5).Seal(b, testStart)[:macAt1:macAt1]
	raw[4], raw[9] = 1, 0
	return NewLine([]Key{k}, Primary, 5).sign(raw)
}

func TestRelease(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""}, {"devel", "devel"}, {"v1.3.0", "v1.3.0"},
		{"v1.3.0-1234-g0123456789abcdef", "v1.3.0-1234-g0123456789a"},
		{"1.0\x1b[31m", "1.0"}, {"1.0\x00", "1.0"}, {"版本", ""},
	} {
		if got := Release(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
		line, partner := NewLine([]Key{testKey(1)}, Primary, 5), NewLine([]Key{testKey(1)}, Backup, 6)
		b, _, err := partner.Open(0, line.Seal(Beat{Message: Running, Release: tt.in}, testStart), testStart)
		if err != nil || b.Release != tt.want {
			t.Errorf("%q: the partner hears %q, %v", tt.in, b.Release, err)
		}
	}
}
