package control

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var cmpAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

func TestReadLine(t *testing.T) {
	tests := []struct {
		name, in string
		limit    int
		lines    []string
		err      error
	}{
		{"nothing", "", 10, nil, io.EOF},
		{"two", "a\nbc\n", 10, []string{"a", "bc"}, io.EOF},
		{"empty line", "\na\n", 10, []string{"", "a"}, io.EOF},
		{"cut off", "a\nb", 10, []string{"a"}, io.ErrUnexpectedEOF},
		{"just fits", "123456789\n", 10, []string{"123456789"}, io.EOF},
		{"too long", "1234567890\n", 10, nil, ErrTooLong},
		{"endless", strings.Repeat("x", 100), 10, nil, ErrTooLong},
		{"longer than the buffer", strings.Repeat("x", 50) + "\n", 100, []string{strings.Repeat("x", 50)}, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(tt.in)), 16)
			var lines []string
			for {
				line, err := readLine(r, tt.limit)
				if err != nil {
					if !errors.Is(err, tt.err) {
						t.Errorf("error %v, want %v", err, tt.err)
					}
					break
				}
				lines = append(lines, string(line))
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteValueLimit(t *testing.T) {
	var b bytes.Buffer
	if err := writeValue(&b, 6, "1234"); !errors.Is(err, ErrTooLong) {
		t.Errorf("7 bytes of 6: %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("wrote %q of what is too long", b.String())
	}
	if err := writeValue(&b, 7, "1234"); err != nil || b.String() != "\"1234\"\n" {
		t.Errorf("7 bytes of 7: %q, %v", b.String(), err)
	}
}

func TestUnknownWordsPass(t *testing.T) {
	var q Request
	r := bufio.NewReader(strings.NewReader(`{"do":"snapshot","from":"the future"}` + "\n"))
	if err := readValue(r, MaxRequest, &q); err != nil || q.Do != GetSnapshot {
		t.Errorf("request %v, %v", q, err)
	}
}

// roundTrip decodes a line; what decodes must come back the same after having
// been written once.
func roundTrip[T any](t *testing.T, line []byte) {
	var v T
	if readValue(bufio.NewReader(bytes.NewReader(line)), MaxReport, &v) != nil {
		return
	}
	once, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%T decodes but does not encode: %v", v, err)
	}
	var w T
	if err := json.Unmarshal(once, &w); err != nil {
		t.Fatalf("own words %s: %v", once, err)
	}
	twice, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once, twice) {
		t.Errorf("%s became %s", once, twice)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"do":"events","after":7}`,
		`{"error":"lvs.cf:14: port 99999 out of range"}`,
		`{"event":{"seq":3,"time":"2026-11-21T07:00:00Z","level":"info","kind":"role","message":"active"}}`,
		`{"snapshot":{"version":"1","router":{"address":"10.10.1.1","keepalive":"2s"},"addresses":[{"prefix":"10.10.1.30/24"}]}}`,
		`{"server":"10.8.8.33","watches":[{"protocol":"tcp","address":"::","fwmark":80,"interval":"6s","send":"GET","expect":"","known":"up"}]}`,
		`{"service":"fwmark6 80","real_port":80,"health":"down","weight":0,"why":"refused","took":"1.5ms"}`,
		`null`, `{}`, `[`, `{"interval":"1"}`, "{\"why\":\"\xff\"}",
	} {
		f.Add([]byte(s + "\n"))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		roundTrip[Request](t, line)
		roundTrip[Reply](t, line)
		roundTrip[Order](t, line)
		roundTrip[Report](t, line)
	})
}
