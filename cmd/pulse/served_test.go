package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

const servedText = `   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
      1F      2A1        0            1C2D4                0

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       0        0        0                0                0
`

func TestParseServed(t *testing.T) {
	tests := []struct {
		name, text string
		want       uint64
		err        string
	}{
		{"as the kernel has it", servedText, 0x1f, ""},
		{"many", strings.Replace(servedText, "      1F", "123456789A", 1), 0x123456789a, ""},
		{"empty", "", 0, "unexpected EOF"},
		{"headings alone", strings.Join(strings.SplitAfter(servedText, "\n")[:2], ""), 0, "unexpected EOF"},
		{"no number", "a\nb\nzz 1\n", 0, "invalid syntax"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseServed(strings.NewReader(tt.text))
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%d, %v, want %d, %q", got, err, tt.want, tt.err)
			}
		})
	}
	if _, err := parseServed(strings.NewReader("")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v is no unexpected EOF", err)
	}
}

func FuzzParseServed(f *testing.F) {
	f.Add(servedText)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseServed(strings.NewReader(text))
		if err != nil && n != 0 {
			t.Errorf("%d with %v", n, err)
		}
	})
}

// The kernel's own file reads, where it has IPVS.
func TestKernelServed(t *testing.T) {
	_, err := served()
	if errors.Is(err, os.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Error(err)
	}
}
