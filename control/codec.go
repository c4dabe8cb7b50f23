package control

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The longest line of each kind, its end included. A longer one is neither
// sent nor read: whoever sends it is broken or means harm.
const (
	MaxRequest = 4 << 10                      // a verb and a name
	MaxPlan    = MaxRequest + (MaxText+2)/3*4 // a Request for GetPlan, its text in base64
	MaxReply   = 64 << 20                     // a snapshot of 4,000 services of 10 servers is about 25 MB
	MaxOrder   = 16 << 20                     // 4,000 watches with long send and expect texts
	MaxReport  = 64 << 10                     // Why quotes at most a few hundred bytes of an answer
)

// MaxText is the longest lvs.cf that GetPlan takes, in bytes: twice one of
// 40,000 real servers.
const MaxText = 16 << 20

// ErrTooLong means a line longer than its kind may be.
var ErrTooLong = errors.New("line too long")

// readLine returns the next line without its end. The error is io.EOF between
// lines, io.ErrUnexpectedEOF within one, and ErrTooLong past limit bytes. It
// holds no more memory than has arrived.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	return readLineBy(r, func([]byte) int { return limit })
}

// readLineBy is readLine with a limit that depends on how the line begins:
// limitOf is given the whole line or the first r.Size() bytes of it.
func readLineBy(r *bufio.Reader, limitOf func(head []byte) int) ([]byte, error) {
	var line []byte
	var limit int
	for {
		part, err := r.ReadSlice('\n')
		if line == nil {
			limit = limitOf(part)
		}
		if len(line)+len(part) > limit {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, limit)
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// readValue reads a line of at most limit bytes into v. Words that v does not
// have are passed over, so that a newer program can talk to an older one.
func readValue(r *bufio.Reader, limit int, v any) error {
	line, err := readLine(r, limit)
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

// planHead is how a request begins that may be longer than MaxRequest, so that
// no other makes pulse hold megabytes of it.
const planHead = `{"do":"plan",`

// readRequest reads a line of at most MaxRequest bytes, MaxPlan for GetPlan.
func readRequest(r *bufio.Reader) (Request, error) {
	line, err := readLineBy(r, func(head []byte) int {
		if bytes.HasPrefix(head, []byte(planHead)) {
			return MaxPlan
		}
		return MaxRequest
	})
	if err != nil {
		return Request{}, err
	}
	var q Request
	if err := json.Unmarshal(line, &q); err != nil {
		return Request{}, err
	}
	if q.Do != GetPlan && len(line) >= MaxRequest { // it says "do" twice
		return Request{}, fmt.Errorf("%w: more than %d bytes", ErrTooLong, MaxRequest)
	}
	return q, q.check()
}

// writeRequest writes what readRequest reads.
func writeRequest(w io.Writer, q Request) error {
	if q.Do == GetPlan {
		return writeValue(w, MaxPlan, q)
	}
	return writeValue(w, MaxRequest, q)
}

// writeValue writes v as a line of at most limit bytes.
func writeValue(w io.Writer, limit int, v any) error {
	line, err := encode(limit, v)
	if err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

// encode is v as a line of at most limit bytes, its end included.
func encode(limit int, v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(line) >= limit {
		return nil, fmt.Errorf("%w: %d bytes of at most %d", ErrTooLong, len(line)+1, limit)
	}
	return append(line, '\n'), nil
}
