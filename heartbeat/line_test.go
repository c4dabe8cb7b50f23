package heartbeat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// testStart is when the tests' clocks begin.
var testStart = time.Unix(1_800_000_000, 0)

// fullBeat uses every field.
func fullBeat() Beat {
	return Beat{
		Message: Running, Keyed: true, Boot: 0x0102030405060708, Phase: Serving, Reason: ReasonDead,
		Interval: 250 * time.Millisecond, Serial: 77, Hash: [8]byte{1, 2, 3, 4, 5, 6, 7, 8},
		Release: "v1.3.0-2-g0123456-dirty", Faults: 3, Up: 9, Servers: 10, Connections: 123456, Held: true, Blind: true, Wants: true, Stop: true,
	}
}

// Golden bytes: another release must read what this one writes.
func TestPacketGolden(t *testing.T) {
	l := NewLine([]Key{testKey(1), testKey(2)}, Backup, 0x0102030405060708)
	l.replay.current = start{boot: 0x1112131415161718, high: 0x21}
	_ = l.Seal(fullBeat(), testStart)
	raw := l.Seal(fullBeat(), testStart.Add(time.Second))
	if len(raw) != PacketSize {
		t.Fatalf("%d bytes", len(raw))
	}
	got := hex.Dump(raw)
	const golden = "testdata/packet.hex"
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, key := range []Key{testKey(1), testKey(2)} {
		mac := hmac.New(sha256.New, key[:])
		mac.Write(raw[:macAt])
		if !hmac.Equal(mac.Sum(nil), raw[macAt+i*macSize:][:macSize]) {
			t.Errorf("HMAC %d is not that of its key", i)
		}
	}
	p, err := parsePacket(raw)
	if err != nil {
		t.Fatal(err)
	}
	want2 := packet{
		beat: fullBeat(), role: Backup, keys: [MaxKeys]KeyID{testKey(1).ID(), testKey(2).ID()},
		seq: 2, echo: 0x1112131415161718, echoSeq: 0x21, since: time.Second, wall: testStart.Add(time.Second).UnixNano(),
	}
	if diff := cmp.Diff(want2, p, cmp.AllowUnexported(packet{})); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	if _, err := Parse(raw); err == nil {
		t.Error("it passes for Piranha's")
	}
}

// refusal is the error's Refusal, "" for none.
func refusal(err error) Refusal {
	var r Refusal
	errors.As(err, &r)
	return r
}

func TestLineRefuses(t *testing.T) {
	keys := []Key{testKey(1)}
	sealed := func(b Beat) []byte { return NewLine(keys, Primary, 5).Seal(b, testStart) }
	resign := func(change func(b []byte)) []byte {
		raw := sealed(fullBeat())
		change(raw)
		return NewLine(keys, Primary, 5).sign(raw[:macAt:macAt])
	}
	beat := Beat{Message: Running, Phase: Serving}
	tests := []struct {
		name string
		keys []Key
		raw  []byte
		want Refusal
	}{
		{"well", keys, sealed(beat), ""},
		{"empty", keys, nil, ErrUnknown},
		{"garbage", keys, []byte(strings.Repeat("x", PacketSize)), ErrUnknown},
		{"Piranha's", keys, Running.Append(nil), ErrNoKey},
		{"4 bytes of garbage", keys, []byte("xxxx"), ErrUnknown},
		{"cut", keys, sealed(beat)[:PacketSize-1], ErrLength},
		{"longer", keys, append(sealed(beat), 0), ErrLength},
		{"version 0", keys, resign(func(b []byte) { b[4] = 0 }), ErrVersion},
		{"version 1", keys, version1(keys[0], beat), ""},
		{"version 1, cut", keys, version1(keys[0], beat)[:100], ErrLength},
		{"version 1, as long as ours", keys, resign(func(b []byte) { b[4], b[9] = 1, 0 }), ErrLength},
		{"a later version, longer", keys, later(keys[0], beat), ""},
		{"a later version, longer, forged", keys, append(resign(func(b []byte) { b[4] = 3 }), 1, 2, 3), ErrForged},
		{"a later version, cut", keys, resign(func(b []byte) { b[4] = 3 })[1:], ErrUnknown},
		{"a later version that we cannot read", keys, resign(func(b []byte) { b[4], b[9] = 4, 3 }), ErrNewer},
		{"a release of strange letters", keys, resign(func(b []byte) { b[macAt1] = 0x1b }), ErrUnknown},
		{"a release with a gap", keys, resign(func(b []byte) { b[macAt1+1] = 0 }), ErrUnknown},
		{"another key", []Key{testKey(2)}, sealed(beat), ErrOtherKey},
		{"no HMAC", keys, append(sealed(beat)[:macAt:macAt], make([]byte, macsSize)...), ErrForged},
		{"the other HMAC without a key", keys, append(sealed(beat)[:PacketSize-1:PacketSize-1], 1), ErrForged},
		{"a key of ours and one of nobody", keys, NewLine([]Key{testKey(9), testKey(1)}, Primary, 5).Seal(beat, testStart), ""},
		{"two keys of nobody", keys, NewLine([]Key{testKey(9), testKey(8)}, Primary, 5).Seal(beat, testStart), ErrOtherKey},
		{"reflected", keys, NewLine(keys, Backup, 9).Seal(beat, testStart), ErrReflected},
		{"no role", keys, resign(func(b []byte) { b[5] = 2 }), ErrUnknown},
		{"a new flag", keys, resign(func(b []byte) { b[6] = 32 }), ErrUnknown},
		{"a new phase", keys, resign(func(b []byte) { b[7] = byte(Dropping) + 1 }), ErrUnknown},
		{"a new reason", keys, resign(func(b []byte) { b[8] = 200 }), ""},
		{"for readers of no version", keys, resign(func(b []byte) { b[9] = 0 }), ErrUnknown},
		{"no message", keys, resign(func(b []byte) { b[20] = 0 }), ErrUnknown},
		{"boot 0", keys, resign(func(b []byte) { clear(b[24:32]) }), ErrUnknown},
		{"sequence 0", keys, resign(func(b []byte) { clear(b[32:40]) }), ErrUnknown},
		{"time before the start", keys, resign(func(b []byte) { b[56] = 0x80 }), ErrUnknown},
		{"without a key: well", nil, Running.Append(nil), ""},
		{"without a key: authenticated", nil, sealed(beat), ErrHasKey},
		{"without a key: short", nil, []byte("xxx"), ErrLength},
		{"without a key: garbage", nil, []byte("xxxx"), ErrUnknown},
	}
	for _, tt := range tests {
		b, late, err := NewLine(tt.keys, Backup, 1).Open(0, tt.raw, testStart)
		if refusal(err) != tt.want || late {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && b != (Beat{}) {
			t.Errorf("%s: a refused beat came through: %+v", tt.name, b)
		}
		if err == nil && b.Keyed != (tt.keys != nil) {
			t.Errorf("%s: keyed %v", tt.name, b.Keyed)
		}
	}
}

// Whatever bit is flipped, nothing comes through.
func TestLineEveryBit(t *testing.T) {
	raw := NewLine([]Key{testKey(1)}, Primary, 5).Seal(fullBeat(), testStart)
	for i := range len(raw) * 8 {
		bad := append([]byte(nil), raw...)
		bad[i/8] ^= 1 << (i % 8)
		if _, _, err := NewLine([]Key{testKey(1)}, Backup, 6).Open(0, bad, testStart); err == nil {
			t.Errorf("bit %d of byte %d flipped, and accepted", i%8, i/8)
		}
	}
}

func TestLineTells(t *testing.T) {
	a, b := NewLine([]Key{testKey(1)}, Primary, 5), NewLine([]Key{testKey(1)}, Backup, 6)
	want := fullBeat()
	want.Boot = 5
	got, late, err := b.Open(0, a.Seal(fullBeat(), testStart), testStart)
	if diff := cmp.Diff(want, got); diff != "" || late || err != nil {
		t.Errorf("%v, late %v (-want +got):\n%s", err, late, diff)
	}
	c, d := NewLine(nil, Primary, 5), NewLine(nil, Backup, 6)
	got, late, err = d.Open(0, c.Seal(Beat{Message: FOSStop, Phase: Taking}, testStart), testStart)
	if diff := cmp.Diff(Beat{Message: FOSStop}, got); diff != "" || late || err != nil {
		t.Errorf("without a key: %v, late %v (-want +got):\n%s", err, late, diff)
	}
}

// A change of keys, in every order of reloads, with not one beat refused.
func TestLineKeyChange(t *testing.T) {
	older, newer := testKey(1), testKey(2)
	one, two, done := []Key{older}, []Key{newer, older}, []Key{newer}
	for _, order := range []string{"ab", "ba"} {
		now := testStart
		lines := map[byte]*Line{'a': NewLine(one, Primary, 5), 'b': NewLine(one, Backup, 6)}
		roles := map[byte]Role{'a': Primary, 'b': Backup}
		talk := func(what string) {
			t.Helper()
			for range 3 {
				for _, from := range "ab" {
					now = now.Add(time.Second)
					to := "ba"[from-'a']
					if _, _, err := lines[to].Open(0, lines[byte(from)].Seal(Beat{Message: Running}, now), now); err != nil {
						t.Errorf("%s, %s: %c refuses: %v", order, what, to, err)
					}
				}
			}
		}
		talk("before")
		for _, who := range []byte(order) {
			lines[who].Configure(two, roles[who])
			talk(fmt.Sprintf("%c has the new key", who))
		}
		for _, who := range []byte(order) {
			lines[who].Configure(done, roles[who])
			talk(fmt.Sprintf("%c has dropped the old", who))
		}
		if id, older := lines['a'].Keys(now); id != newer.ID().String() || older {
			t.Errorf("%s: keys %q, older %v", order, id, older)
		}
	}
}

func TestLineOldKeyEnds(t *testing.T) {
	older, newer := testKey(1), testKey(2)
	b := NewLine([]Key{newer, older}, Backup, 6)
	hear := func(keys []Key, boot uint64, at time.Duration) error {
		a := NewLine(keys, Primary, boot)
		now := testStart.Add(at)
		a.replay.current = start{boot: 6, high: 1 << 30}
		a.replay.current.high, _ = b.replay.seq, b.Seal(Beat{Message: Running}, now)
		a.replay.current.high++ // it has heard what b just sent
		_, _, err := b.Open(0, a.Seal(Beat{Message: Running, Interval: time.Second}, now), now)
		return err
	}
	if err := hear([]Key{older}, 1, 0); err != nil {
		t.Errorf("at first: %v", err)
	}
	if err := hear([]Key{older}, 2, 100*time.Hour); err != nil {
		t.Errorf("the old key before the new one was heard: %v", err)
	}
	if err := hear([]Key{newer}, 3, 101*time.Hour); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if err := hear([]Key{older}, 4, 101*time.Hour+59*time.Minute); err != nil {
		t.Errorf("the old key within the hour: %v", err)
	}
	if _, older := b.Keys(testStart.Add(101 * time.Hour)); !older {
		t.Error("the old key is not told of")
	}
	if err := hear([]Key{older}, 5, 102*time.Hour+time.Second); !errors.Is(err, ErrOldKey) {
		t.Errorf("the old key after the hour: %v", err)
	}
	if _, older := b.Keys(testStart.Add(103 * time.Hour)); older {
		t.Error("the old key is told of after its end")
	}
	b.Configure([]Key{testKey(3), newer}, Backup)
	if err := hear([]Key{newer}, 7, 104*time.Hour); err != nil {
		t.Errorf("the key before, after the next change: %v", err)
	}
}

// later is a packet of a version to come, with more flags and fields.
func later(k Key, b Beat) []byte {
	raw := NewLine([]Key{k}, Primary, 5).Seal(b, testStart)[:macAt:macAt]
	raw[4], raw[6], raw[9] = packetVersion+1, 0x80, packetVersion
	return NewLine([]Key{k}, Primary, 5).sign(append(raw, 1, 2, 3))
}

func FuzzOpen(f *testing.F) {
	keys := []Key{testKey(1), testKey(2)}
	good, first := NewLine(keys, Primary, 5).Seal(fullBeat(), testStart), version1(keys[0], fullBeat())
	f.Add(good)
	f.Add(good[:40])
	f.Add(first)
	f.Add([]byte("\xda\xdb\xad\xbd"))
	f.Add([]byte("pacu"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, _, err := NewLine(keys, Backup, 6).Open(0, raw, testStart)
		if err == nil && string(raw) != string(good) && string(raw) != string(first) {
			t.Errorf("% x passes for %+v", raw, b)
		}
		if err != nil && refusal(err) == "" {
			t.Errorf("% x: no refusal but %v", raw, err)
		}
		// As if it were signed, every packet of our version that parses says the
		// same again.
		if p, err := parsePacket(raw); err == nil && raw[4] == packetVersion {
			if got := p.appendTo(nil); string(got) != string(raw[:macAt]) {
				t.Errorf("% x comes back as % x", raw[:macAt], got)
			}
		}
	})
}
