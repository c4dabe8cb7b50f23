package heartbeat

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testKey is a key that is the same in every run.
func testKey(b byte) Key {
	var k Key
	for i := range k {
		k[i] = b + byte(i)
	}
	return k
}

func TestParseKeys(t *testing.T) {
	one, two := testKey(1), testKey(2)
	hexOne, hexTwo := hex.EncodeToString(one[:]), hex.EncodeToString(two[:])
	tests := []struct {
		name string
		in   string
		want []Key
		err  string
	}{
		{"bad: empty", "", nil, "no key in it: make one with 'pulse keygen'"},
		{"bad: comments alone", "# nothing\n\n", nil, "no key in it"},
		{"bad: short", "\n" + hexOne[1:] + "\n", nil, "line 2 is not a key of 64 hex digits (it has 63 characters)"},
		{"bad: long", hexOne + "0\n", nil, "line 1 is not a key of 64 hex digits (it has 65 characters)"},
		{"bad: no hex", strings.Repeat("g", 64), nil, "line 1 is not a key"},
		{"bad: two on a line", hexOne + " " + hexTwo, nil, "line 1 is not a key"},
		{"bad: zeros", strings.Repeat("0", 64), nil, "line 1 is a key of zeros"},
		{"bad: twice", hexOne + "\n" + hexOne + "\n", nil, "line 2 repeats a key"},
		{"bad: three", hexOne + "\n" + hexTwo + "\n" + hexOne[2:] + "ff\n", nil, "line 3 is a key too many: keep the newest 2"},
		{"one", hexOne, []Key{one}, ""},
		{"upper case, comments, spaces", "# mine\r\n  " + strings.ToUpper(hexOne) + " # new\r\n\r\n", []Key{one}, ""},
		{"two", hexTwo + "\n" + hexOne + "\n", []Key{two, one}, ""},
	}
	for _, tt := range tests {
		got, err := ParseKeys(tt.in)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if (err == nil) != (tt.err == "") || (err != nil && !strings.HasPrefix(err.Error(), tt.err)) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.err)
		}
		if err != nil && (strings.Contains(err.Error(), hexOne[4:40]) || strings.Contains(err.Error(), hexTwo[4:40])) {
			t.Errorf("%s: the error gives a key away", tt.name)
		}
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add(FormatKeys([]Key{testKey(1), testKey(2)}))
	f.Add("# x\n")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParseKeys(text)
		if err != nil {
			return
		}
		again, err := ParseKeys(FormatKeys(keys))
		if err != nil || cmp.Diff(keys, again) != "" || len(keys) > MaxKeys {
			t.Errorf("%d keys come back as %d, %v", len(keys), len(again), err)
		}
	})
}

func TestKeyIsNeverPrinted(t *testing.T) {
	k := testKey(7)
	want := "key " + k.ID().String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		if got := fmt.Sprintf(verb, k); got != want {
			t.Errorf("%s prints %q, want %q", verb, got, want)
		}
		if got := fmt.Sprintf(verb, []Key{k}); !strings.Contains(got, want) || len(got) > len("[]heartbeat.Key{}")+len(want) {
			t.Errorf("%s of a list prints %q", verb, got)
		}
	}
	if k.ID() == testKey(8).ID() {
		t.Error("two keys have one name")
	}
	if a, b := NewKey(), NewKey(); a == b {
		t.Error("two new keys are the same")
	}
}
