package probe

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A Body says what must be somewhere in a content, such as a page or a file.
// Make one with Contains or ContainsPattern.
type Body struct {
	text string
	re   *regexp.Regexp // nil: text
}

// Contains wants text somewhere; "" is in everything.
func Contains(text string) Body { return Body{text: text} }

// ContainsPattern wants a match of the POSIX extended regular expression
// somewhere. ^ and $ are the ends of lines.
func ContainsPattern(ere string) (Body, error) {
	re, err := regexp.CompilePOSIX(ere)
	if err != nil {
		return Body{}, fmt.Errorf("body: %w", err)
	}
	return Body{text: ere, re: re}, nil
}

// String is what is wanted, quoted.
func (b Body) String() string {
	if b.re != nil {
		return "a match of " + strconv.Quote(b.text)
	}
	return strconv.Quote(b.text)
}

// in judges a whole content.
func (b Body) in(content []byte) bool {
	if b.re != nil {
		return b.re.Match(content)
	}
	return bytes.Contains(content, []byte(b.text))
}

// A finder is the memory of one search, used again by the next.
type finder struct {
	in  *bufio.Reader
	buf []byte
}

var finders = sync.Pool{New: func() any { return &finder{bufio.NewReader(nil), make([]byte, 4096)} }}

// find reads r until it has what is wanted, or to its end. An expression may
// take two characters more than it needs. An error of reading is r's to keep.
func (b Body) find(r io.Reader) bool {
	f := finders.Get().(*finder)
	defer finders.Put(f)
	if b.re == nil {
		return f.text(r, b.text)
	}
	ended := endReader{r: r}
	f.in.Reset(&ended)
	defer f.in.Reset(nil)
	found := b.re.MatchReader(f.in)
	// Where a content broke off is not the end of its last line.
	return found && (!ended.broken || !strings.Contains(b.text, "$"))
}

func (f *finder) text(r io.Reader, want string) bool {
	if want == "" {
		return true
	}
	if room := 2 * len(want); len(f.buf) < room {
		f.buf = make([]byte, room)
	}
	kept := 0 // the end of what came before, in which the text may have begun
	for {
		n, err := r.Read(f.buf[kept:])
		came := f.buf[:kept+n]
		if bytes.Contains(came, []byte(want)) {
			return true
		}
		if err != nil {
			return false
		}
		kept = copy(f.buf, came[max(0, len(came)-(len(want)-1)):])
	}
}

// An endReader knows whether its reader came to an end or broke off.
type endReader struct {
	r      io.Reader
	broken bool
}

func (e *endReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.broken = err != nil && !errors.Is(err, io.EOF)
	return n, err
}

// A Digest is the SHA-256 (FIPS 180-4) of a content.
type Digest [sha256.Size]byte

// ParseDigest reads 64 hexadecimal digits.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	if b, err := hex.DecodeString(text); err != nil || copy(d[:], b) != len(d) || len(b) != len(d) {
		return Digest{}, fmt.Errorf("digest %q: not 64 hexadecimal digits", text)
	}
	return d, nil
}

// String is the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }
