package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A Target is a real server as the router reaches it.
type Target struct {
	Addr netip.Addr
	Port uint16
	VIP  netip.Addr // of the service, for a Program to know; invalid: it has none
}

// String is address:port.
func (t Target) String() string { return netip.AddrPortFrom(t.Addr, t.Port).String() }

// A Result is what one probe found.
type Result struct {
	Up   bool
	Why  string // for people: connected in 3 ms, got "HTTP/1.1 503", expected "HTTP"
	Took time.Duration
	// Warning is what an operator should know of a server that is up all the
	// same, such as that its certificate is about to expire.
	Warning string
}

// A Check probes a target, once. It holds no state, and its steps are bounded
// by its own timeout even when ctx is not; Probe may be called at the same
// time from many goroutines.
type Check interface {
	Probe(ctx context.Context, t Target) Result
	String() string
}

// Default is the check of a service for which lvs.cf names none, by its
// virtual port: port 80 over TCP must speak HTTP, any other TCP port must
// accept a connection, and over UDP nothing may be refused.
func Default(port uint16, udp bool, w Way) Check {
	switch {
	case udp:
		return UDP{Way: w}
	case port == 80:
		http := Prefix("HTTP")
		return SendExpect{Way: w, Send: "GET / HTTP/1.0\r\n\r\n", Expect: &http}
	}
	return TCP{Way: w}
}

// reason is an error without the addresses, which the log line has already.
// limit is the timeout that may have been the cause.
func reason(err error, limit time.Duration) string {
	var errno unix.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer in " + span(limit)
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.As(err, &errno):
		return explain(errno)
	}
	return err.Error()
}

// span writes a duration as people do: 0.4 ms, 12 ms, 1.5 s.
func span(d time.Duration) string {
	if d >= time.Second {
		return strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
	}
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
}

// quote shows the first bytes of an answer.
func quote(b []byte) string {
	const most = 60
	if len(b) > most {
		return fmt.Sprintf("%q...", b[:most])
	}
	return strconv.Quote(string(b))
}
