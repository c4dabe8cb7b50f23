package web

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// firstByteLimit is how long a client may stay silent after connecting.
const firstByteLimit = 10 * time.Second

// recordHandshake is the first byte of every TLS connection (RFC 8446, 5.1).
const recordHandshake = 22

// A splitter hands the connections of one listener to two: those that speak
// TLS, and those that do not.
type splitter struct {
	net.Listener
	tls, plain *queue
	stopped    chan struct{}
	stop       func()
}

func newSplitter(l net.Listener) *splitter {
	s := &splitter{Listener: l, stopped: make(chan struct{})}
	s.stop = sync.OnceFunc(func() { close(s.stopped) })
	s.tls = &queue{s, make(chan net.Conn)}
	s.plain = &queue{s, make(chan net.Conn)}
	return s
}

// run accepts until the listener is closed, and returns why that was.
func (s *splitter) run() error {
	defer s.stop()
	wait := 5 * time.Millisecond
	for {
		c, err := s.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			// Out of descriptors, most likely: it passes.
			select {
			case <-s.stopped:
				return err
			case <-time.After(wait):
			}
			wait = min(2*wait, time.Second)
			continue
		}
		wait = 5 * time.Millisecond
		go s.sort(c)
	}
}

// sort looks at c's first byte and queues c.
func (s *splitter) sort(c net.Conn) {
	r := bufio.NewReaderSize(c, 16)
	c.SetReadDeadline(time.Now().Add(firstByteLimit)) // fails only on a closed connection
	first, err := r.Peek(1)
	if err != nil {
		c.Close()
		return
	}
	c.SetReadDeadline(time.Time{})
	q := s.plain
	if first[0] == recordHandshake {
		q = s.tls
	}
	select {
	case q.conns <- &peeked{c, r}:
	case <-s.stopped:
		c.Close()
	}
}

// peeked is a connection whose first bytes are in r.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

// Read reads what was looked at first.
func (p *peeked) Read(b []byte) (int, error) {
	if p.r.Buffered() > 0 {
		return p.r.Read(b)
	}
	return p.Conn.Read(b)
}

// A queue is one of a splitter's two listeners. Closing it closes the
// splitter.
type queue struct {
	s     *splitter
	conns chan net.Conn
}

// Accept implements net.Listener.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.s.stopped:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (q *queue) Close() error {
	q.s.stop()
	if err := q.s.Listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Addr implements net.Listener.
func (q *queue) Addr() net.Addr { return q.s.Listener.Addr() }

// toTLS sends a plain http request to the same place over https.
func toTLS(w http.ResponseWriter, r *http.Request) {
	if r.Host == "" {
		http.Error(w, "this port speaks https", http.StatusBadRequest)
		return
	}
	to := url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	w.Header().Set("Connection", "close")
	http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
}
