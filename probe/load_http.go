package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode"
)

// maxLoadPage is as much as is read of a page that holds a load average.
const maxLoadPage = 4 << 10

// LoadHTTP learns the load average from a page, asked for as HTTP does. The
// page's first number, in its first 4 KiB, is it: /proc/loadavg will do, and so
// will {"load": 0.42}. A number is a word of its own, so "load1" has none. On
// machines of several processors the page best gives the load of one.
type LoadHTTP struct {
	Way
	Path string // empty: /
}

// String names the monitor.
func (m LoadHTTP) String() string { return "load of http GET " + HTTP{Path: m.Path}.path() }

// Ask reads the page.
func (m LoadHTTP) Ask(ctx context.Context, t Target) (Advice, error) {
	ask := HTTP{Way: m.Way, Path: m.Path}
	var advice Advice
	r := m.converse(ctx, t, func(conn net.Conn) (bool, string) {
		// A server may answer and close without reading: its answer counts.
		_, sendErr := conn.Write(ask.appendRequest(nil, t))
		page, why := m.read(bufio.NewReader(conn), sendErr)
		if why != "" {
			return false, why
		}
		load, err := firstNumber(page)
		if err != nil {
			return false, err.Error()
		}
		advice = averaged(load)
		return true, advice.Said
	})
	if !r.Up {
		return Advice{}, errors.New(r.Why)
	}
	step(ctx, r.Why)
	return advice, nil
}

// read reads the beginning of the page; or says why not.
func (m LoadHTTP) read(in *bufio.Reader, sendErr error) (page []byte, why string) {
	a := httpAnswer{in: in, left: maxHead}
	err := a.readStatus()
	switch {
	case err != nil && a.line == "" && sendErr != nil:
		return nil, "send: " + reason(sendErr, m.Timeout)
	case err != nil:
		return nil, fmt.Sprintf("got %s%s, expected HTTP/1", quote([]byte(a.line)), m.ending(err))
	case a.status != 200:
		return nil, "got " + quote([]byte(a.line)) + ", expected status 200"
	}
	if err := a.readFields(); err != nil {
		return nil, "got a bad header" + m.ending(err)
	}
	body, err := a.body("GET")
	if err != nil {
		return nil, "got a bad header: " + err.Error()
	}
	page, err = io.ReadAll(io.LimitReader(body, maxLoadPage))
	if err != nil {
		return nil, fmt.Sprintf("got %d bytes of content%s", len(page), m.ending(err))
	}
	return page, ""
}

// firstNumber is the first word of a page that begins as numbers do, and has to
// be one.
func firstNumber(page []byte) (float64, error) {
	text := string(page)
	if len(page) == maxLoadPage { // the last word may be cut
		text = strings.TrimRightFunc(text, inWord)
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		if digits := strings.TrimLeft(word, "+-."); digits != "" && '0' <= digits[0] && digits[0] <= '9' {
			return loadNumber(strings.TrimSuffix(word, "."))
		}
	}
	return 0, errors.New("no number in " + quote(page))
}

// inWord is true of what belongs to a number, and of what makes one another
// thing: 75%, 2026-11-21, v1.2, load_1.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+-._%", r)
}
