package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Client asks a web server steadily, from inside a host, and remembers every
// outcome. The fields must not change once Run was called.
type Client struct {
	Host *Host
	// URL is asked with GET. Its host must be a numeric address.
	URL string
	// Every is the time from one request to the next, however long they take.
	Every time.Duration
	// Timeout bounds one request, connecting included. 0 means one second.
	Timeout time.Duration
	// From are the host's addresses to ask from, in turn. None: the kernel's
	// choice.
	From []netip.Addr
	// Keep asks over kept connections, one for each of From, where it otherwise
	// makes a new one each time. A request that had to make a new one, because
	// the last was broken, counts as failed with ErrBroken. One that net/http gave
	// up was not: it does so where its own goroutines had to wait for 50 ms.
	Keep bool

	mu      sync.Mutex
	samples []Sample
}

// ErrBroken is the failure of a request that found its kept connection broken.
var ErrBroken = errors.New("kept connection was broken")

// maxPending bounds the requests under way; beyond it a tick is left out.
const maxPending = 2000

// Run asks until ctx ends, then waits for the requests under way.
func (c *Client) Run(ctx context.Context) {
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	from := c.From
	if len(from) == 0 {
		from = []netip.Addr{{}}
	}
	askers := make([]*asker, len(from))
	for i, a := range from {
		askers[i] = newAsker(c.Host, a, c.Keep)
		defer askers[i].CloseIdleConnections()
	}
	var pending sync.WaitGroup
	defer pending.Wait()
	free := make(chan struct{}, maxPending)
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case free <- struct{}{}:
			pending.Go(func() {
				c.add(c.ask(askers[i%len(askers)]))
				<-free
			})
		default:
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// ask makes one request. It outlives the end of Run's context, so that stopping
// to ask loses nothing.
func (c *Client) ask(a *asker) Sample {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	s := Sample{At: time.Now()}
	s.Server, s.Err = a.get(ctx, c.URL)
	s.Took = time.Since(s.At)
	return s
}

// asker is an HTTP client inside a host.
type asker struct {
	http.Client
	last atomic.Pointer[kept] // the connection in use
}

// kept is a connection that tells whether the network broke it.
type kept struct {
	net.Conn
	broken atomic.Bool
}

// Read implements net.Conn.
func (k *kept) Read(p []byte) (int, error) {
	n, err := k.Conn.Read(p)
	return n, k.note(err)
}

// Write implements net.Conn.
func (k *kept) Write(p []byte) (int, error) {
	n, err := k.Conn.Write(p)
	return n, k.note(err)
}

func (k *kept) note(err error) error {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		k.broken.Store(true)
	}
	return err
}

func newAsker(h *Host, from netip.Addr, keep bool) *asker {
	a := &asker{}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := h.DialFrom(ctx, from, network, address)
			if err != nil || !keep {
				return c, err
			}
			return &kept{Conn: c}, nil
		},
		DisableKeepAlives: !keep,
		// The lab's servers sign for themselves.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	if keep {
		transport.MaxConnsPerHost = 1
	}
	a.Client = http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return a
}

// maxBody bounds the answer that is read, in bytes.
const maxBody = 4096

func (a *asker) get(ctx context.Context, url string) (server string, err error) {
	var broken atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		// The transport quietly asks again when a kept connection fails it.
		c := i.Conn
		if t, ok := c.(*tls.Conn); ok {
			c = t.NetConn()
		}
		if k, ok := c.(*kept); ok {
			if was := a.last.Swap(k); was != nil && was != k && was.broken.Load() {
				broken.Store(true)
			}
		}
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := a.Do(req)
	if err != nil {
		return "", brief(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch {
	case err != nil:
		return "", brief(err)
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("status %d", resp.StatusCode)
	case broken.Load():
		return "", ErrBroken
	}
	server, _, _ = strings.Cut(strings.TrimSpace(string(body)), " ")
	return server, nil
}

// brief takes ports and pointers out of an error, so that errors can be counted.
func brief(err error) error {
	var errno syscall.Errno
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("timeout")
	case errors.As(err, &errno):
		return errno
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("connection closed")
	}
	return err
}

func (c *Client) add(s Sample) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.samples = append(c.samples, s)
}

// Samples returns the outcomes of the requests sent from since on, in the order
// in which they were sent. Those still under way are not among them.
func (c *Client) Samples(since time.Time) []Sample {
	c.mu.Lock()
	var out []Sample
	for _, s := range c.samples {
		if !s.At.Before(since) {
			out = append(out, s)
		}
	}
	c.mu.Unlock()
	slices.SortStableFunc(out, func(a, b Sample) int { return a.At.Compare(b.At) })
	return out
}

// Tally sums up the requests sent from since on.
func (c *Client) Tally(since time.Time) Tally { return Sum(c.Samples(since)) }

// Get asks once, from the host, over a new connection, and returns the name of
// the server that answered. The zero Addr leaves the source to the kernel.
func (h *Host) Get(ctx context.Context, from netip.Addr, url string) (server string, err error) {
	return newAsker(h, from, false).get(ctx, url)
}
