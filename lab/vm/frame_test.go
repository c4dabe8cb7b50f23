package vm

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrameGolden(t *testing.T) {
	var buf bytes.Buffer
	w := &frameWriter{w: &buf}
	if err := w.write(frameOut, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	if err := w.write(frameIn, nil); err != nil {
		t.Fatal(err)
	}
	want := []byte{2, 0, 0, 0, 2, 'h', 'i', 7, 0, 0, 0, 0}
	if diff := cmp.Diff(want, buf.Bytes()); diff != "" {
		t.Fatalf("bytes (-want +got):\n%s", diff)
	}
	for _, want := range []string{"hi", ""} {
		_, got, err := readFrame(&buf)
		if err != nil || string(got) != want {
			t.Fatalf("read: %q, %v, want %q", got, err, want)
		}
	}
	if _, _, err := readFrame(&buf); !errors.Is(err, io.EOF) {
		t.Fatalf("at the end: %v, want EOF", err)
	}
}

func TestFrameRefuses(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"cut in the header", "\x02\x00", "unexpected EOF"},
		{"cut in the payload", "\x02\x00\x00\x00\x05ab", "unexpected EOF"},
		{"no payload at all", "\x02\x00\x00\x00\x05", "unexpected EOF"},
		{"too long", "\x02\xff\xff\xff\xff", "at most 1048576"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := readFrame(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestStreamSplits(t *testing.T) {
	var buf bytes.Buffer
	in := bytes.Repeat([]byte("x"), maxFrame+7)
	if n, err := (stream{&frameWriter{w: &buf}, frameErr}).Write(in); err != nil || n != len(in) {
		t.Fatalf("wrote %d, %v", n, err)
	}
	var got []int
	for {
		_, p, err := readFrame(&buf)
		if err != nil {
			break
		}
		got = append(got, len(p))
	}
	if diff := cmp.Diff([]int{maxFrame, 7}, got); diff != "" {
		t.Fatalf("frame lengths (-want +got):\n%s", diff)
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x02hi"))
	f.Add([]byte("\x02\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		kind, payload, err := readFrame(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := (&frameWriter{w: &out}).write(kind, payload); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(in, out.Bytes()) {
			t.Fatalf("wrote %x, read from %x", out.Bytes(), in)
		}
	})
}
