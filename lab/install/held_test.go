package install

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"pacu/lab"
)

// held is a client that asks a web server again and again over one connection,
// one request after the other. lab.Client's kept connections are made for
// machines with time to spare: net/http gives up a connection whose writer was
// not scheduled for 50 ms.
type held struct {
	host *lab.Host
	to   netip.AddrPort

	mu    sync.Mutex
	conn  net.Conn // the one in use; nil: its end is nobody's fault
	asked int
	lost  []string // when connections were lost, and why
}

// run asks until ctx ends. A connection that was lost is made anew.
func (h *held) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		err := h.connection(ctx)
		h.mu.Lock()
		if err != nil && h.conn != nil {
			h.lost = append(h.lost, fmt.Sprintf("%s %v, of the connection of %s", time.Now().Format("15:04:05.000"), err, began.Format("15:04:05.000")))
		}
		h.mu.Unlock()
		select {
		case <-time.After(200 * time.Millisecond): // where connections are refused
		case <-ctx.Done():
		}
	}
}

// renew gives up the connection and what was lost: another is made.
func (h *held) renew() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn != nil {
		h.conn.Close()
	}
	h.conn, h.lost = nil, nil
}

func (h *held) connection(ctx context.Context) error {
	dial, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := h.host.DialContext(dial, "tcp", h.to.String())
	if err != nil {
		return err
	}
	defer c.Close()
	h.mu.Lock()
	h.conn = c
	h.mu.Unlock()
	defer context.AfterFunc(ctx, h.renew)()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for r := bufio.NewReader(c); ; {
		if err := ask(c, r, h.to.Addr()); err != nil {
			return err
		}
		h.mu.Lock()
		h.asked++
		h.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// ask makes one request of a connection.
func ask(c net.Conn, r *bufio.Reader, host netip.Addr) error {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host); err != nil {
		return err
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 4096))
	return err
}

// since returns how often it was answered since the last call, and what was lost.
func (h *held) since() (asked int, lost string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	asked, lost = h.asked, strings.Join(h.lost, "\n")
	h.asked, h.lost = 0, nil
	return asked, lost
}
