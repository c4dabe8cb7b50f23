package probe

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func TestDialogBounds(t *testing.T) {
	read := map[string]func(d *dialog) error{
		"line":  func(d *dialog) error { _, err := d.line(); return err },
		"take":  func(d *dialog) error { _, err := d.take(maxAnswer + 1); return err },
		"begin": func(d *dialog) error { _, _ = d.take(maxAnswer - 2); _, err := d.begin(3); return err },
	}
	for name, f := range read {
		for n, want := range map[int]error{maxAnswer - 1: io.EOF, maxAnswer + 10: errMuch} {
			d := newDialog(t.Context(), canned{Reader: bytes.NewReader(make([]byte, n))}, time.Second)
			if err := f(d); !errors.Is(err, want) && !(want == io.EOF && errors.Is(err, io.ErrUnexpectedEOF)) {
				t.Errorf("%s of %d: %v, want %v", name, n, err, want)
			}
		}
	}
}

func TestDialogUnexpected(t *testing.T) {
	d := &dialog{limit: 2 * time.Second}
	for _, tt := range []struct {
		got, to string
		err     error
		want    string
	}{
		{"554 no", "", nil, `got "554 no", expected X`},
		{"554 no", "EHLO", nil, `got "554 no" to EHLO, expected X`},
		{"", "", io.EOF, `got nothing before it closed, expected X`},
		{"55", "EHLO", io.ErrUnexpectedEOF, `got "55" to EHLO before it closed, expected X`},
		{"", "", os.ErrDeadlineExceeded, `got nothing: no answer in 2 s, expected X`},
		{"55", "", os.ErrDeadlineExceeded, `got "55", then no answer in 2 s, expected X`},
		{strings.Repeat("a", 61), "", errMuch, `got "` + strings.Repeat("a", 60) + `"... and more than 64 KiB, expected X`},
		{"\x15\x03\x03\x00\x02\x02\x0a", "PING", io.EOF, `got TLS to PING before it closed, expected X`},
	} {
		if why := d.unexpected(tt.got, tt.to, tt.err, "X"); why != tt.want {
			t.Errorf("%s, want %s", why, tt.want)
		}
	}
}
