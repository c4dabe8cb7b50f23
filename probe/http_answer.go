package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	maxHead    = 64 << 10 // of the head of an answer, with those of the interim answers before it
	maxContent = 1 << 20  // of its content
	maxFraming = 1 << 20  // of what a chunked body has besides content
)

// An httpAnswer is the answer to one HTTP/1 request (RFC 9112), as far as a
// check has need of it. The content comes through body.
type httpAnswer struct {
	in      *bufio.Reader
	left    int    // bytes that the head may still have
	line    string // status line, or what came of it
	status  int
	length  int64 // of the body, by its field; -1: none
	chunked bool
	coding  string // a transfer coding that we cannot undo
}

var (
	errNotHTTP  = errors.New("not HTTP/1")
	errLongHead = errors.New("no end in 64 KiB")
)

// readStatus reads the status line, and the interim answers before it whole. A
// server that speaks no HTTP/1 is known by its first wrong byte.
func (a *httpAnswer) readStatus() error {
	for {
		const version = "HTTP/1."
		for n := 1; n <= len(version); n++ {
			got, err := a.in.Peek(n)
			if !strings.HasPrefix(version, string(got)) {
				got, _ = a.in.Peek(a.in.Buffered())
				a.line = string(got)
				return errNotHTTP
			}
			if err != nil {
				a.line = string(got)
				return err
			}
		}
		line, err := a.readLine()
		a.line = string(line)
		if err != nil {
			return err
		}
		var ok bool
		if a.status, ok = parseStatusLine(a.line); !ok {
			return errNotHTTP
		}
		// 101 would be the last word of HTTP (RFC 9110, section 15.2.2).
		if a.status >= 200 || a.status == 101 {
			return nil
		}
		if err := a.readFields(); err != nil {
			return err
		}
	}
}

// parseStatusLine reads the status of "HTTP/1.1 200 OK". Its reason may be left
// out, and so may the space before it, as some servers do.
func parseStatusLine(line string) (status int, ok bool) {
	version, rest, _ := strings.Cut(line, " ")
	minor, ok := strings.CutPrefix(version, "HTTP/1.")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	status, err := parseStatus(code)
	return status, ok && len(minor) == 1 && '0' <= minor[0] && minor[0] <= '9' && err == nil
}

// readFields reads the header to its empty line. What makes no sense and is no
// concern of ours is let pass; about the length of the body there can be no
// doubt (RFC 9112, section 6.3).
func (a *httpAnswer) readFields() error {
	a.length, a.chunked, a.coding = -1, false, ""
	var bad error // Content-Length, of which chunked has no need
	for {
		line, err := a.readLine()
		switch {
		case err != nil:
			return err
		case len(line) > 0:
		case a.chunked:
			return nil
		default:
			return bad
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			bad = errors.Join(bad, a.setLength(string(value)))
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			a.setCoding(string(value))
		}
	}
}

// setLength takes a Content-Length; the same may come several times.
func (a *httpAnswer) setLength(value string) error {
	for part := range strings.SplitSeq(value, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 63)
		if err != nil || a.length >= 0 && a.length != int64(n) {
			return fmt.Errorf("Content-Length %.40q", value)
		}
		a.length = int64(n)
	}
	return nil
}

// setCoding takes a Transfer-Encoding. We ask for none, and know how to undo
// chunked only; identity is one of the past.
func (a *httpAnswer) setCoding(value string) {
	for part := range strings.SplitSeq(value, ",") {
		switch part = strings.ToLower(strings.TrimSpace(part)); part {
		case "", "identity":
		case "chunked":
			a.chunked = true
		default:
			a.coding = part
		}
	}
}

// readLine reads a line of the head, without its end. Of one that does not fit
// the buffer it gives the beginning. The line is good until the next read.
func (a *httpAnswer) readLine() ([]byte, error) {
	line, err := a.in.ReadSlice('\n')
	a.left -= len(line)
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) && a.left >= 0 {
			var more []byte
			more, err = a.in.ReadSlice('\n')
			a.left -= len(more)
		}
	}
	if a.left < 0 {
		err = errLongHead
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), err
}

// body is the content after the head. Its Read gives io.EOF at a proper end
// only, and errLongContent past maxContent.
func (a *httpAnswer) body(method string) (*httpBody, error) {
	b := &httpBody{in: a.in, room: maxContent}
	switch {
	case method == "HEAD" || a.status < 200 || a.status == 204 || a.status == 304:
		b.in = strings.NewReader("")
	case a.coding != "":
		return nil, fmt.Errorf("Transfer-Encoding %.40q, which was not asked for", a.coding)
	case a.chunked:
		b.in = &chunkReader{in: a.in, framing: maxFraming}
	case a.length >= 0:
		b.in = &lengthReader{in: a.in, left: a.length}
	}
	return b, nil
}

var errLongContent = errors.New("it is longer than 1 MiB")

// An httpBody is a bounded content, which knows how much was read of it and how
// it ended.
type httpBody struct {
	in   io.Reader
	room int // bytes that may still come
	n    int // bytes that came
	err  error
}

func (b *httpBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	over := b.room == 0 && len(p) > 0
	if over {
		p = p[:1] // to tell a content that ends here from a longer one
	} else {
		p = p[:min(len(p), b.room)]
	}
	n, err := b.in.Read(p)
	if over && n > 0 {
		n, err = 0, errLongContent
	}
	b.room -= n
	b.n += n
	b.err = err
	return n, err
}

// A lengthReader reads exactly what was announced.
type lengthReader struct {
	in   io.Reader
	left int64
}

func (l *lengthReader) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n, err := l.in.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	switch {
	case l.left == 0:
		err = io.EOF
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// A chunkReader undoes the chunked coding (RFC 9112, section 7.1). It leaves
// what comes after the last chunk.
type chunkReader struct {
	in      *bufio.Reader
	left    uint64 // of the chunk
	framing int    // bytes of lines that may still come
	began   bool
	err     error
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.left == 0 && c.err == nil {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.in.Read(p[:min(uint64(len(p)), c.left)])
	c.left -= uint64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	c.err = err
	return n, err
}

// next reads the line that ends a chunk and the one that begins another.
func (c *chunkReader) next() error {
	if c.began {
		end, err := c.line()
		if err != nil {
			return err
		}
		if len(end) > 0 {
			return fmt.Errorf("a chunk that goes on with %.20q", end)
		}
	}
	c.began = true
	line, err := c.line()
	if err != nil {
		return err
	}
	digits, _, _ := bytes.Cut(line, []byte(";"))
	size, err := strconv.ParseUint(string(bytes.TrimRight(digits, " \t")), 16, 63)
	if err != nil {
		return fmt.Errorf("a chunk of size %.20q", line)
	}
	if size == 0 {
		return io.EOF
	}
	c.left = size
	return nil
}

func (c *chunkReader) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	switch c.framing -= len(line); {
	case errors.Is(err, bufio.ErrBufferFull), c.framing < 0:
		return nil, errors.New("chunks that are nearly all framing")
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), err
}
