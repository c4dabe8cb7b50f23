package probe

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func containsPattern(t *testing.T, ere string) *Body {
	t.Helper()
	b, err := ContainsPattern(ere)
	if err != nil {
		t.Fatal(err)
	}
	return &b
}

func contains(text string) *Body { b := Contains(text); return &b }

func TestBody(t *testing.T) {
	long := strings.Repeat("ab", 5000)
	for _, tt := range []struct {
		body    *Body
		content string
		want    bool
	}{
		{contains(""), "", true},
		{contains("x"), "", false},
		{contains("aab"), "aaaab", true},
		{contains("abc"), long + "abc" + long, true},
		{contains("abc"), long, false},
		{contains(long + "c"), long + long + "c", true},
		{contains("\x00\xff"), "a\x00\xff", true},
		{containsPattern(t, "^ready|up$"), "not\nready", true},
		{containsPattern(t, "^ready"), "not ready", false},
		{containsPattern(t, "up$"), "up\nand running", true},
		{containsPattern(t, "[0-9]{3} ok"), "12 ok", false},
	} {
		if got := tt.body.in([]byte(tt.content)); got != tt.want {
			t.Errorf("%.20s in %.20q: %v", tt.body, tt.content, got)
		}
		for name, r := range map[string]io.Reader{
			"at once": strings.NewReader(tt.content), "in bytes": iotest.OneByteReader(strings.NewReader(tt.content)),
			"with the end": iotest.DataErrReader(strings.NewReader(tt.content)),
		} {
			if got := tt.body.find(r); got != tt.want {
				t.Errorf("%.20s found in %.20q, %s: %v", tt.body, tt.content, name, got)
			}
		}
	}
}

// A content that breaks off has what came of it, but its last line has no end.
func TestBodyBroken(t *testing.T) {
	for want, body := range map[*Body]bool{
		contains("OK"): true, containsPattern(t, "OK"): true, containsPattern(t, "OK$"): false, contains("OKAY"): false,
	} {
		r := io.MultiReader(strings.NewReader("all OK"), iotest.ErrReader(errors.New("reset")))
		if got := want.find(r); got != body {
			t.Errorf("%s: %v", want, got)
		}
	}
}

func TestBodyBad(t *testing.T) {
	if _, err := ContainsPattern("("); err == nil || !strings.HasPrefix(err.Error(), "body: ") {
		t.Errorf("bad expression: %v", err)
	}
}

func TestParseDigest(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, good := range []string{empty, strings.ToUpper(empty)} {
		if d, err := ParseDigest(good); err != nil || d.String() != empty {
			t.Errorf("%s: %s, %v", good, d, err)
		}
	}
	for _, bad := range []string{"", "e3", empty + "00", empty[:62], empty[:63] + "g", " " + empty} {
		if _, err := ParseDigest(bad); err == nil {
			t.Errorf("%q is a digest", bad)
		}
	}
}

// FuzzBody holds that neither the pieces of a content nor its length change
// what is found in it.
func FuzzBody(f *testing.F) {
	f.Add("aab", []byte("aaaab"), uint16(2))
	f.Add("^b+$", []byte("a\nbb\n"), uint16(0))
	f.Add("é", []byte("caf\xc3\xa9"), uint16(4095))
	f.Fuzz(func(t *testing.T, want string, content []byte, pad uint16) {
		if len(want) > 100 || len(content) > 4096 {
			return
		}
		content = append(bytes.Repeat([]byte("\n"), int(pad)%9000), content...)
		bodies := []Body{Contains(want)}
		if b, err := ContainsPattern(want); err == nil {
			bodies = append(bodies, b)
		}
		for _, b := range bodies {
			whole := b.in(content)
			if whole != b.find(bytes.NewReader(content)) || whole != b.find(iotest.OneByteReader(bytes.NewReader(content))) {
				t.Fatalf("%s in %q: %v", b, content, whole)
			}
		}
	})
}
