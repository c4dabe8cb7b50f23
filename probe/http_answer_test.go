package probe

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAnswer is what a check sees of an answer: its status, all of its content
// and the error that ended it, if any.
func readAnswer(r io.Reader, method string) (status int, content []byte, err error) {
	a := httpAnswer{in: bufio.NewReader(r), left: maxHead}
	if err := a.readStatus(); err != nil {
		return 0, nil, err
	}
	if err := a.readFields(); err != nil {
		return a.status, nil, err
	}
	body, err := a.body(method)
	if err != nil {
		return a.status, nil, err
	}
	content, err = io.ReadAll(body)
	return a.status, content, err
}

func TestHTTPAnswer(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, answer string
		status       int
		content, err string
	}{
		{"to the end", ok + "\r\nhello", 200, "hello", ""},
		{"no reason", "HTTP/1.1 404\r\n\r\n", 404, "", ""},
		{"bare line feeds", "HTTP/1.0 200 OK\nContent-Length: 2\n\nhello", 200, "he", ""},
		{"length", ok + "Content-Length: 5\r\n\r\nhello and more", 200, "hello", ""},
		{"length, any case", ok + "CONTENT-length:5\r\n\r\nhello and more", 200, "hello", ""},
		{"same length twice", ok + "Content-Length: 5\r\nContent-Length: 5, 5\r\n\r\nhello and more", 200, "hello", ""},
		{"no length", ok + "Content-Length: 0\r\n\r\nhello", 200, "", ""},
		{"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n4 ; a=b\r\n you\r\n0\r\nTrailer: x\r\n\r\n", 200, "hello you", ""},
		{"chunked wins", ok + "Content-Length: x\r\nTransfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n", 200, "hello", ""},
		{"identity", ok + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", ""},
		{"no content", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 204, "", ""},
		{"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", 304, "", ""},
		{"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n" + ok + "\r\nhello", 200, "hello", ""},
		{"switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nhello", 101, "", ""},
		{"senseless fields", ok + "x\r\n: y\r\n folded\r\n" + strings.Repeat("Long", 3000) + ": z\r\nContent-Length: 5\r\n\r\nhello and more", 200, "hello", ""},
		{"long reason", "HTTP/1.1 200 " + strings.Repeat("OK ", 3000) + "\r\n\r\nhello", 200, "hello", ""},
		{"1 MiB", ok + "\r\n" + strings.Repeat("x", maxContent), 200, strings.Repeat("x", maxContent), ""},

		{"nothing", "", 0, "", "EOF"},
		{"0.9", "<html>", 0, "", "not HTTP/1"},
		{"2, by its frames", "\x00\x00\x12\x04\x00\x00\x00\x00\x00", 0, "", "not HTTP/1"},
		{"2, by its word", "HTTP/2 200\r\n\r\n", 0, "", "not HTTP/1"},
		{"status of words", "HTTP/1.1 OK\r\n\r\n", 0, "", "not HTTP/1"},
		{"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", 0, "", "not HTTP/1"},
		{"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", 0, "", "not HTTP/1"},
		{"no minor version", "HTTP/1. 200 OK\r\n\r\n", 0, "", "not HTTP/1"},
		{"ends in the status", "HTTP/1.1 20", 0, "", "EOF"},
		{"ends in the header", ok + "Content-Le", 200, "", "EOF"},
		{"endless status", "HTTP/1.1 200 " + strings.Repeat("OK ", 30000), 0, "", "no end in 64 KiB"},
		{"endless field", ok + strings.Repeat("x", 70000), 200, "", "no end in 64 KiB"},
		{"endless fields", ok + strings.Repeat("x: y\r\n", 30000), 200, "", "no end in 64 KiB"},
		{"endless interims", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 5000), 0, "", "no end in 64 KiB"},
		{"length of words", ok + "Content-Length: five\r\n\r\nhello", 200, "", `Content-Length "five"`},
		{"negative length", ok + "Content-Length: -5\r\n\r\nhello", 200, "", `Content-Length "-5"`},
		{"huge length", ok + "Content-Length: 99999999999999999999\r\n\r\nhello", 200, "", `Content-Length "99999999999999999999"`},
		{"two lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 200, "", `Content-Length "6"`},
		{"cut short", ok + "Content-Length: 6\r\n\r\nhello", 200, "hello", "unexpected EOF"},
		{"gzip", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n", 200, "", `Transfer-Encoding "gzip", which was not asked for`},
		{"chunk cut short", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", 200, "hel", "unexpected EOF"},
		{"chunks cut short", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 200, "hello", "unexpected EOF"},
		{"chunk too long", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello you\r\n0\r\n", 200, "hello", `a chunk that goes on with " you"`},
		{"chunk of nonsense", ok + "Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n", 200, "", `a chunk of size "five"`},
		{"chunk of nothing", ok + "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n", 200, "", `a chunk of size ""`},
		{"negative chunk", ok + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n", 200, "", `a chunk of size "-5"`},
		{"huge chunk", ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n", 200, "", `a chunk of size "fffffffffffffffff"`},
		{"endless size", ok + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("0", 5000), 200, "", "chunks that are nearly all framing"},
		{"nearly all framing", ok + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\nx\r\n", 300), 200, strings.Repeat("x", 261), "chunks that are nearly all framing"},
		{"too much", ok + "\r\n" + strings.Repeat("x", maxContent+1), 200, strings.Repeat("x", maxContent), "it is longer than 1 MiB"},
		{"too much, in chunks", ok + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("x", 65536)+"\r\n", 17), 200, strings.Repeat("x", maxContent), "it is longer than 1 MiB"},
	}
	for _, tt := range tests {
		for how, r := range map[string]io.Reader{
			"at once": strings.NewReader(tt.answer), "in bytes": iotest.OneByteReader(strings.NewReader(tt.answer)),
			"with the end": iotest.DataErrReader(strings.NewReader(tt.answer)),
		} {
			status, content, err := readAnswer(r, "GET")
			text := ""
			if err != nil {
				text = err.Error()
			}
			if status != tt.status || string(content) != tt.content || text != tt.err {
				t.Errorf("%s, %s: status %d, content %.60q, error %q\nwant %d, %.60q, %q", tt.name, how, status, content, text, tt.status, tt.content, tt.err)
			}
		}
	}
	if status, content, err := readAnswer(strings.NewReader(ok+"Content-Length: 5\r\n\r\n"), "HEAD"); status != 200 || len(content) > 0 || err != nil {
		t.Errorf("HEAD: %d, %q, %v", status, content, err)
	}
}

// beyond are answers in which net/http sees something else for good reasons:
// folded fields, chunks in HTTP/1.0.
var beyond = regexp.MustCompile(`\n[ \t]|^HTTP/1\.0[^\n]*\n(?s:.*)[Tt][Rr][Aa][Nn][Ss]`)

// FuzzHTTPAnswer holds that the pieces of an answer change nothing, that the
// bounds are kept, and that what net/http understands is understood the same.
func FuzzHTTPAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.0 200 OK\n\nhello", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20", "<html>", "\x15\x03\x03\x00\x02\x02\x28",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		if len(answer) > 4096 {
			return
		}
		status, content, err := readAnswer(bytes.NewReader(answer), "GET")
		if len(content) > len(answer) || err == nil && (status < 101 || status > 999) {
			t.Fatalf("status %d, %d bytes of %d, %v", status, len(content), len(answer), err)
		}
		status2, content2, err2 := readAnswer(iotest.OneByteReader(bytes.NewReader(answer)), "GET")
		if status != status2 || !bytes.Equal(content, content2) || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("at once: %d, %q, %v\nin bytes: %d, %q, %v", status, content, err, status2, content2, err2)
		}

		resp, goErr := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
		if goErr != nil || resp.ProtoMajor != 1 || resp.StatusCode < 200 || beyond.Match(answer) {
			return
		}
		want, goErr := io.ReadAll(resp.Body)
		if status != resp.StatusCode {
			t.Fatalf("%q: status %d, want %d (%v)", answer, status, resp.StatusCode, err)
		}
		if goErr == nil && (err != nil || !bytes.Equal(content, want)) {
			t.Fatalf("%q: %v\n%s", answer, err, cmp.Diff(want, content))
		}
		if errors.Is(goErr, io.ErrUnexpectedEOF) && err == nil && !resp.Uncompressed && len(resp.TransferEncoding) == 0 {
			t.Fatalf("%q: %q is taken for whole", answer, content)
		}
	})
}
