package lab

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Web is a web server in a host, on one or more addresses. It answers 200 and
// "NAME CLIENT\n": its host's name, and the address and port it was asked from.
type Web struct {
	host      *Host
	addresses []string
	tls       *tls.Config // nil: plain HTTP

	status atomic.Int32
	asked  atomic.Int64

	mu      sync.Mutex
	running bool // wanted: it may be down with its host
	server  *http.Server
	listens []net.Listener
	hang    chan struct{} // closed: answers; open: hangs
}

// NewWeb starts a web server on TCP addresses such as ":80".
func NewWeb(h *Host, addresses ...string) (*Web, error) { return newWeb(h, nil, addresses) }

// NewTLSWeb starts a web server that speaks TLS, with a certificate made on the
// spot for the host's name.
func NewTLSWeb(h *Host, addresses ...string) (*Web, error) {
	cert, err := selfSigned(h.name)
	if err != nil {
		return nil, err
	}
	return newWeb(h, &tls.Config{Certificates: []tls.Certificate{cert}}, addresses)
}

func newWeb(h *Host, config *tls.Config, addresses []string) (*Web, error) {
	w := &Web{host: h, addresses: addresses, tls: config, hang: make(chan struct{})}
	w.status.Store(http.StatusOK)
	close(w.hang)
	if err := w.Start(); err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.webs = append(h.webs, w)
	h.mu.Unlock()
	return w, nil
}

// Start makes a stopped server listen again.
func (w *Web) Start() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = true
	return w.listen()
}

func (w *Web) listen() error {
	if w.server != nil {
		return nil
	}
	// What TLS clients do wrong is theirs to report.
	server := &http.Server{Handler: w, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(discard{}, "", 0)}
	var listeners []net.Listener
	for _, a := range w.addresses {
		l, err := w.host.Listen("tcp", a)
		if err != nil {
			for _, l := range listeners {
				err = errors.Join(err, l.Close())
			}
			return fmt.Errorf("%s: web server: %w", w.host.name, err)
		}
		if w.tls != nil {
			l = tls.NewListener(l, w.tls)
		}
		listeners = append(listeners, l)
	}
	for _, l := range listeners {
		// Serve ends when the server is closed, and only then.
		go func() { _ = server.Serve(l) }()
	}
	w.server, w.listens = server, listeners
	return nil
}

// Stop closes the listeners and every connection: from now on connections are
// refused.
func (w *Web) Stop() error {
	w.mu.Lock()
	w.running = false
	w.mu.Unlock()
	return w.suspend()
}

// suspend is Stop by a loss of power, resume its end.
func (w *Web) suspend() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server == nil {
		return nil
	}
	err := w.server.Close()
	for _, l := range w.listens {
		// The server knows only those that it has begun to serve.
		_ = l.Close()
	}
	w.server, w.listens = nil, nil
	return err
}

func (w *Web) resume() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.running {
		return nil
	}
	return w.listen()
}

// Hang makes the server accept connections and read requests but answer none,
// or, with false, answer again, those that waited first.
func (w *Web) Hang(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.hang:
		if on {
			w.hang = make(chan struct{})
		}
	default:
		if !on {
			close(w.hang)
		}
	}
}

// Answer sets the HTTP status of the answers.
func (w *Web) Answer(status int) { w.status.Store(int32(status)) }

// Asked is the number of requests so far.
func (w *Web) Asked() int64 { return w.asked.Load() }

// ServeHTTP implements http.Handler.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.asked.Add(1)
	w.mu.Lock()
	hang := w.hang
	w.mu.Unlock()
	select {
	case <-hang:
	case <-r.Context().Done():
		return
	}
	rw.WriteHeader(int(w.status.Load()))
	// A client that went away shows in its own count.
	_, _ = fmt.Fprintf(rw, "%s %s\n", w.host.name, r.RemoteAddr)
}

type discard struct{}

// Write implements io.Writer.
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// selfSigned makes a certificate for one name.
func selfSigned(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("key of %s: %w", name, err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate of %s: %w", name, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// Expose listens on a TCP address of this process's own network, such as
// ":3636", and joins each connection with one made inside the host to the other
// address. In a machine of "lab exec --forward 3636" that makes a console
// reachable from the machine's host.
func (h *Host) Expose(address, inside string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s: expose %s: %w", h.name, inside, err)
	}
	h.n.onClose(l.Close)
	// Relay ends when the listener is closed.
	go Relay(l, func() (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return h.DialContext(ctx, "tcp", inside)
	})
	return nil
}
