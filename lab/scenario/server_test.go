package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pacu/lab"
)

// A server is a real server.
type server struct {
	*lab.Host
	site             *site
	network, machine int
	web              *web
}

// A web answers 200 and its host's name, and sends /slow?id=N little by little
// until download N is released.
type web struct {
	site    *site
	host    *lab.Host
	addrs   []string
	status  atomic.Int32
	from    atomic.Value // the address and port of the last client that was not a probe, as text
	running *http.Server
}

func newWeb(s *site, h *lab.Host, addrs ...string) *web {
	w := &web{site: s, host: h, addrs: addrs}
	w.status.Store(http.StatusOK)
	w.start()
	s.t.Cleanup(w.stop)
	return w
}

func (w *web) start() {
	w.site.t.Helper()
	running := &http.Server{Handler: w, ReadHeaderTimeout: time.Minute}
	w.running = running
	for _, a := range w.addrs {
		l, err := w.host.Listen("tcp", a)
		if err != nil {
			w.site.t.Fatal(err)
		}
		// Serve ends when the server is closed, and only then.
		go func() { _ = running.Serve(l) }()
	}
}

// stop ends the listener and all connections.
func (w *web) stop() {
	if w.running != nil {
		// It was only read from.
		_ = w.running.Close()
		w.running = nil
	}
}

// ServeHTTP implements http.Handler.
func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if ua := r.UserAgent(); ua != "" && ua != "pacu" { // nanny's
		w.from.Store(r.RemoteAddr)
	}
	rw.WriteHeader(int(w.status.Load()))
	if r.URL.Path != "/slow" {
		fmt.Fprintf(rw, "%s %s\n", w.host.Name(), r.RemoteAddr)
		return
	}
	found, ok := w.site.downloads.Load(r.FormValue("id"))
	if !ok {
		return
	}
	d := found.(*download)
	defer func() {
		d.leftAt = time.Now()
		close(d.left)
	}()
	d.from.Store(r.RemoteAddr)
	fmt.Fprintln(rw, w.host.Name())
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := http.NewResponseController(rw).Flush(); err != nil {
			return
		}
		select {
		case <-tick.C:
			fmt.Fprintln(rw, strings.Repeat("x", 200))
		case <-d.release:
			fmt.Fprintln(rw, theEnd)
			return
		case <-r.Context().Done():
			return
		}
	}
}

const theEnd = "the end"

// A download is one that is under way.
type download struct {
	site    *site
	server  string       // who sends it
	from    atomic.Value // the client's address and port, as text
	got     atomic.Int64
	release chan struct{} // closed: the server may come to the end
	left    chan struct{} // closed: the server is done with it, for good or bad
	leftAt  time.Time     // when
	done    chan error    // how it ended for the client
	doneAt  time.Time     // when
}

var downloadNumber atomic.Int64

// download begins one and waits for its first line.
func (s *site) download(url string) *download {
	s.t.Helper()
	d := &download{site: s, release: make(chan struct{}), left: make(chan struct{}), done: make(chan error, 1)}
	id := strconv.FormatInt(downloadNumber.Add(1), 10)
	s.downloads.Store(id, d)
	client := &http.Client{Transport: &http.Transport{DialContext: s.client.DialContext, DisableKeepAlives: true}}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	s.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"slow?id="+id, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answered := time.AfterFunc(patience, cancel)
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	name := make([]byte, 64)
	n, err := resp.Body.Read(name)
	answered.Stop()
	if err != nil {
		s.t.Fatalf("%s: %v", url, err)
	}
	d.server, _, _ = strings.Cut(string(name[:n]), "\n")
	go func() {
		defer resp.Body.Close()
		err := d.read(resp.Body)
		d.doneAt = time.Now()
		d.done <- err
	}()
	return d
}

func (d *download) read(from io.Reader) error {
	buf := make([]byte, 4096)
	tail := ""
	for {
		n, err := from.Read(buf)
		d.got.Add(int64(n))
		tail = last(tail+string(buf[:n]), len(theEnd)+1)
		if errors.Is(err, io.EOF) {
			if tail != theEnd+"\n" {
				return fmt.Errorf("the download ends with %q", tail)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("the download broke off: %w", err)
		}
	}
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }

// flows waits until more has come than has by now.
func (d *download) flows() {
	d.site.t.Helper()
	had := d.got.Load()
	d.site.until(func(context.Context) error {
		select {
		case err := <-d.done:
			d.site.t.Fatalf("download from %s: %v", d.server, err)
		default:
		}
		if d.got.Load() <= had {
			return fmt.Errorf("the download from %s stands still at %d bytes", d.server, had)
		}
		return nil
	})
}

// ends lets it end, and waits until it ended well.
func (d *download) ends() {
	d.site.t.Helper()
	close(d.release)
	ctx, cancel := awake(d.site.t.Context(), patience)
	defer cancel()
	select {
	case err := <-d.done:
		if err != nil {
			d.site.t.Fatalf("from %s: %v", d.server, err)
		}
	case <-ctx.Done():
		d.site.t.Fatalf("the download from %s does not end", d.server)
	}
}

// breaks waits until it broke off, for the client or the server, and returns
// when that was: the other end learns of it when it next has something to say.
func (d *download) breaks() time.Time {
	d.site.t.Helper()
	ctx, cancel := awake(d.site.t.Context(), patience)
	defer cancel()
	select {
	case err := <-d.done:
		if err == nil {
			d.site.t.Fatalf("the download from %s ended well", d.server)
		}
		return d.doneAt
	case <-d.left:
		return d.leftAt
	case <-ctx.Done():
		d.site.t.Fatalf("the download from %s goes on", d.server)
		return time.Time{}
	}
}

// udpEcho answers each packet with its host's name, from the address that it
// listens on.
func (rs *server) udpEcho(address string) {
	rs.site.t.Helper()
	var c net.PacketConn
	err := rs.Do(func() (err error) {
		c, err = net.ListenPacket("udp", address)
		return err
	})
	if err != nil {
		rs.site.t.Fatal(err)
	}
	rs.site.t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			_, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			// A lost answer is for the client to notice.
			_, _ = c.WriteTo([]byte(rs.Name()), from)
		}
	}()
}

// udp connects the client to a UDP address.
func (s *site) udp(address string) net.Conn {
	s.t.Helper()
	c, err := s.client.DialContext(s.t.Context(), "udp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// askUDP sends a packet and returns the name of who answered within limit.
func askUDP(c net.Conn, limit time.Duration) (string, error) {
	if err := c.SetDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	if _, err := c.Write([]byte("who?")); err != nil {
		return "", err
	}
	buf := make([]byte, 100)
	n, err := c.Read(buf)
	return string(buf[:n]), err
}
