package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
)

const (
	maxAgentLine = 512 // bytes
	// maxShare is the most that an agent may ask for, in per cent of the
	// weight.
	maxShare = 200
)

// LoadAgent connects to an agent on the server, which says one line and may
// close: the protocol of HAProxy's agent-check (HAProxy configuration manual,
// "agent-check"). Nothing is sent. The line has words, of either case, with
// blanks or commas between:
//
//	75%                        part of the server's weight, 200% at most
//	drain                      no new connections: weight 0
//	down, fail, stopped, maint the server must not be used
//	up, ready                  it may be
//	maxconn:N                  taken, without effect
//	# text                     says why; the rest of the line
//
// Words may stand together, and the worst of them counts. Unlike HAProxy, each
// line says all: what the line before said is over, and a line without a
// percentage means 100%. Other words make the line a bad one.
type LoadAgent struct{ Way }

// String names the monitor.
func (m LoadAgent) String() string { return "agent" }

// Ask listens to the agent.
func (m LoadAgent) Ask(ctx context.Context, t Target) (Advice, error) {
	var advice Advice
	r := m.converse(ctx, t, func(conn net.Conn) (bool, string) {
		d := newDialog(ctx, conn, m.Timeout)
		d.lim.N = maxAgentLine
		line, err := d.line()
		switch {
		case errors.Is(err, io.EOF) && strings.TrimSpace(line) != "":
			d.note("got", line)
		case errors.Is(err, errMuch):
			return false, fmt.Sprintf("got %s and more than %d bytes, expected a line", display(line), maxAgentLine)
		case err != nil:
			return false, d.unexpected(line, "", err, "a line")
		}
		if advice, err = parseAgent(line); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
	if !r.Up {
		return Advice{}, errors.New(r.Why)
	}
	return advice, nil
}

// parseAgent reads an agent's line.
func parseAgent(line string) (Advice, error) {
	a := Advice{Said: "its agent says " + quote([]byte(strings.TrimSpace(line)))}
	words, _, _ := strings.Cut(line, "#")
	var shares []float64
	known := false
	for word := range strings.FieldsFuncSeq(words, func(r rune) bool { return strings.ContainsRune(" \t\r\v\f,", r) }) {
		known = true
		share, percent := strings.CutSuffix(word, "%")
		switch word = strings.ToLower(word); {
		case percent:
			n, err := strconv.ParseUint(share, 10, 31)
			if err != nil {
				return Advice{}, fmt.Errorf("got %s: bad percentage %.40q", quote([]byte(line)), word)
			}
			shares = append(shares, float64(min(n, maxShare))/100)
		case word == "drain":
			shares = append(shares, 0)
		case word == "down", word == "fail", word == "failed", word == "stopped", word == "maint":
			a.Down = true
		case word == "up", word == "ready", isMaxConn(word):
		default:
			return Advice{}, fmt.Errorf("got %s: unknown word %.40q", quote([]byte(line)), word)
		}
	}
	if !known {
		return Advice{}, fmt.Errorf("got %s, expected a percentage or a word such as up", quote([]byte(line)))
	}
	a.Share = 1
	if len(shares) > 0 {
		a.Share = slices.Min(shares)
	}
	return a, nil
}

// isMaxConn is true of maxconn:30, which is for proxies.
func isMaxConn(word string) bool {
	n, ok := strings.CutPrefix(word, "maxconn:")
	if !ok {
		return false
	}
	_, err := strconv.ParseUint(n, 10, 31)
	return err == nil
}
