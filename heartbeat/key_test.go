package heartbeat

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
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
	if NewKey() == NewKey() {
		t.Error("two new keys are the same")
	}
}

func TestReadKeys(t *testing.T) {
	keys := []Key{testKey(1), testKey(2)}
	text := FormatKeys(keys)
	dir := t.TempDir()
	path := filepath.Join(dir, "lvs.key")
	write := func(t *testing.T, text string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T)
		err  string // after "PATH: ", with PATH for the path
	}{
		{"well", func(t *testing.T) { write(t, text, 0o600) }, ""},
		{"read only", func(t *testing.T) { write(t, text, 0o400) }, ""},
		{"bad: the world reads", func(t *testing.T) { write(t, text, 0o644) }, "mode 0644 lets others read or change the key: chmod 600 PATH"},
		{"bad: the group writes", func(t *testing.T) { write(t, text, 0o620) }, "mode 0620 lets others read or change the key: chmod 600 PATH"},
		{"bad: no key", func(t *testing.T) { write(t, "x", 0o600) }, "line 1 is not a key of 64 hex digits (it has 1 characters): copy the file from the other router, or make one with 'pulse keygen'"},
		{"bad: too long", func(t *testing.T) { write(t, strings.Repeat("#", keyFileSize+1), 0o600) }, "longer than 65536 bytes: it is no key file"},
		{"bad: a folder", func(t *testing.T) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is not a regular file"},
		{"bad: a pipe", func(t *testing.T) {
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "is not a regular file"},
		{"bad: a link", func(t *testing.T) {
			if err := os.Symlink(filepath.Join(dir, "elsewhere"), path); err != nil {
				t.Fatal(err)
			}
		}, "is a symbolic link: put the file itself there"},
		{"bad: of another user", func(t *testing.T) {
			write(t, text, 0o600)
			if err := os.Chown(path, 65534, 65534); err != nil {
				t.Skipf("not root: %v", err)
			}
		}, "belongs to user 65534, who could change the key: chown root PATH"},
		{"bad: none", func(*testing.T) {}, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Cleanup(func() { _ = os.RemoveAll(path) })
			tt.make(t)
			got, err := ReadKeys(path)
			if tt.err == "" {
				if diff := cmp.Diff(keys, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				return
			}
			want := path + ": " + strings.ReplaceAll(tt.err, "PATH", path)
			if err == nil || err.Error() != want || got != nil {
				t.Errorf("%v\nwant %s", err, want)
			}
		})
	}
	if _, err := ReadKeys(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}
