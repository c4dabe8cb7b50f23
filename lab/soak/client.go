package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The ways to ask.
const (
	fresh    = "new connection"
	kept     = "kept connection"
	download = "download"
)

const (
	patience = 4 * time.Second // for an answer, or a download's next line
	late     = time.Second / 2 // without an answer, until we look where it went
	keepers  = 10              // clients that keep a connection
	keepFor  = 20 * time.Second
	loaders  = 8 // clients that download
	longest  = 20 * time.Second
)

// A request is one that was made, and what became of it.
type request struct {
	how          string
	from, to     netip.AddrPort
	began, ended time.Time
	// used is when its kept connection was seen well last; zero for others.
	used   time.Time
	server string // that answered, or to which it was sent; empty if unknown
	err    error  // nil: the whole answer came
}

// since is when what made it fail may have happened first: a kept connection may
// break while nobody uses it.
func (r request) since() time.Time {
	if !r.used.IsZero() {
		return r.used
	}
	return r.began
}

// String tells of a lost one.
func (r request) String() string {
	server := r.server
	if server == "" {
		server = "nobody knows which server"
	}
	return fmt.Sprintf("%s from %s to %s, sent %s, given up after %.2f s, to %s: %v", r.how, r.from, r.to, r.began.Format(clock), r.ended.Sub(r.began).Seconds(), server, r.err)
}

// clock is how times are shown.
const clock = "15:04:05.000"

// A crowd are the clients.
type crowd struct {
	site   *site
	every  time.Duration               // from one new connection to the next
	find   func(netip.AddrPort) string // who was given a connection
	report func(request)               // of every request that ended

	ports [sources]atomic.Uint32 // used so far, of each source
	next  atomic.Uint64          // source
}

// run asks until ctx ends and returns when the last answer is in.
func (c *crowd) run(ctx context.Context) {
	var tasks sync.WaitGroup
	defer tasks.Wait()
	for i := range keepers {
		tasks.Go(func() { c.keep(ctx, i) })
	}
	for i := range loaders {
		tasks.Go(func() { c.download(ctx, i) })
	}
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
			tasks.Go(func() { c.ask(targets[i%len(targets)]) })
		case <-ctx.Done():
			return
		}
	}
}

// firstPort and portCount are the client ports used: none comes again before
// 60 times 40,000 connections.
const firstPort, portCount = 20000, 40000

// source is an address and port that nobody used lately.
func (c *crowd) source() netip.AddrPort {
	i := c.next.Add(1) % sources
	return netip.AddrPortFrom(c.site.sources[i], uint16(firstPort+c.ports[i].Add(1)%portCount))
}

// dial connects from a source of its own.
func (c *crowd) dial(from, to netip.AddrPort) (conn net.Conn, err error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from), Timeout: patience, KeepAlive: -1}
	err = c.site.client.Do(func() (err error) {
		conn, err = d.Dial("tcp", to.String())
		return err
	})
	return conn, err
}

// watch looks, when a request is late or ended with an error, where it was
// sent. What it returns must be called at the end.
func (c *crowd) watch(r *request) (done func(error)) {
	var mu sync.Mutex
	var found string
	look := func() {
		server := c.find(r.from)
		mu.Lock()
		defer mu.Unlock()
		if server != "" {
			found = server
		}
	}
	soon := time.AfterFunc(late, look)
	return func(err error) {
		r.ended, r.err = time.Now(), brief(err)
		soon.Stop()
		if err != nil && r.server == "" {
			look()
			mu.Lock()
			r.server = found
			mu.Unlock()
		}
		c.report(*r)
	}
}

// ask makes one request over a new connection.
func (c *crowd) ask(to netip.AddrPort) {
	r := request{how: fresh, from: c.source(), to: to, began: time.Now()}
	done := c.watch(&r)
	conn, err := c.dial(r.from, to)
	if err == nil {
		r.server, err = exchange(conn, bufio.NewReader(conn), to, "close")
		conn.Close()
	}
	done(err)
}

// exchange asks for a name.
func exchange(conn net.Conn, in *bufio.Reader, host netip.AddrPort, connection string) (server string, err error) {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	body, err := get(conn, in, host, "/", connection)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1<<10))
	return strings.TrimSpace(string(text)), err
}

func get(conn net.Conn, in *bufio.Reader, host netip.AddrPort, path, connection string) (io.ReadCloser, error) {
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n", path, host, connection); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	return resp.Body, nil
}

// keep asks once a second over a connection that it keeps for a while.
func (c *crowd) keep(ctx context.Context, i int) {
	for n := i; ctx.Err() == nil; n++ {
		c.keepOne(ctx, targets[n%len(targets)])
	}
}

func (c *crowd) keepOne(ctx context.Context, to netip.AddrPort) {
	from := c.source()
	var conn net.Conn
	var in *bufio.Reader
	var server string
	var used time.Time
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(keepFor); time.Now().Before(end); {
		r := request{how: kept, from: from, to: to, began: time.Now(), used: used, server: server}
		done := c.watch(&r)
		var err error
		if conn == nil {
			if conn, err = c.dial(from, to); err == nil {
				defer conn.Close()
				in = bufio.NewReader(conn)
			}
		}
		if err == nil {
			var name string
			if name, err = exchange(conn, in, to, "keep-alive"); err == nil {
				server, r.server, used = name, name, time.Now()
			}
		}
		done(err)
		if err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// download reads long answers, one after the other.
func (c *crowd) download(ctx context.Context, i int) {
	for n := i; ctx.Err() == nil; n++ {
		r := request{how: download, from: c.source(), to: targets[n%len(targets)], began: time.Now()}
		done := c.watch(&r)
		done(c.downloadOne(&r))
	}
}

func (c *crowd) downloadOne(r *request) error {
	conn, err := c.dial(r.from, r.to)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	long := longest/4 + rand.N(longest*3/4)
	body, err := get(conn, bufio.NewReader(conn), r.to, "/long?for="+long.String(), "close")
	if err != nil {
		return err
	}
	defer body.Close()
	for in := bufio.NewReader(body); ; {
		if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		line, err := in.ReadString('\n')
		switch {
		case line == longEnd:
			return nil
		case err != nil:
			return err
		}
		r.server = strings.TrimSpace(line)
	}
}

// brief takes ports and addresses out of an error.
func brief(err error) error {
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("timeout")
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	return err
}
