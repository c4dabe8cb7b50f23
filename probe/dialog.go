package probe

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// errMuch is an answer that goes on past maxAnswer.
var errMuch = errors.New("more than 64 KiB")

// A dialog is a conversation with one server, of whose answers at most
// maxAnswer bytes are read.
type dialog struct {
	conn  net.Conn
	r     *bufio.Reader
	lim   *io.LimitedReader
	limit time.Duration     // of the check, for the words of an error
	tell  func(step string) // nil when nobody looks on
}

func newDialog(ctx context.Context, conn net.Conn, limit time.Duration) *dialog {
	lim := &io.LimitedReader{R: conn, N: maxAnswer}
	return &dialog{conn: conn, r: bufio.NewReaderSize(lim, 512), lim: lim, limit: limit, tell: teller(ctx)}
}

// begin is the next n bytes, which stay to be read; with an error it is what
// there is of them.
func (d *dialog) begin(n int) ([]byte, error) {
	b, err := d.r.Peek(n)
	return b, d.cause(err)
}

// take reads n bytes. What a server announces is allocated as it comes.
func (d *dialog) take(n int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(d.r, int64(n)))
	if err == nil && len(b) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, d.cause(err)
}

// come is what has come and was not read, to show an answer that is of another
// protocol.
func (d *dialog) come() string {
	b, _ := d.r.Peek(d.r.Buffered())
	return string(b)
}

// line reads a line, without its end, which is LF with or without CR. With an
// error comes what there is of it.
func (d *dialog) line() (string, error) {
	b, err := d.r.ReadString('\n')
	if err != nil {
		return b, d.cause(err)
	}
	b = strings.TrimSuffix(b[:len(b)-1], "\r")
	d.note("got", b)
	return b, nil
}

// cause tells an answer that was cut at maxAnswer from one that ended.
func (d *dialog) cause(err error) error {
	if err != nil && d.lim.N <= 0 {
		return errMuch
	}
	return err
}

// say sends text, which an operator sees as shown: for there may be a password
// in it.
func (d *dialog) say(text, shown string) error {
	_, err := io.WriteString(d.conn, text)
	if err == nil && d.tell != nil {
		d.tell("sent " + shown)
	}
	return err
}

// note tells who looks on what came, if anybody does.
func (d *dialog) note(what, text string) {
	if d.tell != nil {
		d.tell(what + " " + display(text))
	}
}

// unexpected says what came in answer to something (empty: as a greeting) when
// another thing was expected. err is why nothing more came; nil when the answer
// is whole.
func (d *dialog) unexpected(got, to string, err error, expected string) string {
	what := "got nothing"
	if got != "" {
		what = "got " + display(got)
	}
	if to != "" {
		what += " to " + to
	}
	switch {
	case err == nil:
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		what += " before it closed"
	case errors.Is(err, errMuch):
		what += " and " + err.Error()
	case got == "":
		what += ": " + reason(err, d.limit)
	default:
		what += ", then " + reason(err, d.limit)
	}
	return what + ", expected " + expected
}

// display quotes an answer, or names it where it is no text at all but a record
// of TLS (RFC 8446, 5.1: an alert or a handshake, of version 3.x).
func display(got string) string {
	if len(got) >= 2 && (got[0] == 21 || got[0] == 22) && got[1] == 3 {
		return "TLS"
	}
	return quote([]byte(got))
}

// sendable says whether text can stand in a command that ends with the line.
func sendable(text string) bool { return !strings.ContainsAny(text, "\r\n\x00") }

// over and as are for the names of checks.
func over(s *Secure) string {
	if s == nil {
		return ""
	}
	return " over tls" + s.words()
}

func as(user string) string {
	if user == "" {
		return ""
	}
	return " as " + user
}
