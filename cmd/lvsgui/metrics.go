package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sys/unix"

	"pacu/web"
)

// Bounds of the listener for metrics and its files.
const (
	metricsClients = 32 // connections at once
	metricsStop    = 5 * time.Second
	minSecret      = 16 // letters of the token: fewer can be guessed
	maxSecret      = 1024
	maxAuthorities = 1 << 20 // bytes
)

// scraping is the listener for metrics alone, as the command line has it.
type scraping struct {
	address   string // empty: there is none
	tokenFile string
	clientCA  string
}

func (m *scraping) flags(f *flag.FlagSet) {
	f.StringVar(&m.address, "metrics", "", "serve /metrics on this `address` too, as 127.0.0.1:9636 (default only on the console, with a token)")
	f.StringVar(&m.tokenFile, "metrics-token-file", "", "the `file` with the token that --metrics wants of its clients")
	f.StringVar(&m.clientCA, "metrics-client-ca", "", "the `file` with the authorities (PEM) of the certificates that --metrics wants of its clients")
}

// check refuses what makes no sense together.
func (m *scraping) check() error {
	if m.address == "" && (m.tokenFile != "" || m.clientCA != "") {
		return usageError("--metrics-token-file and --metrics-client-ca are of --metrics: say where to listen, as --metrics :9636")
	}
	return nil
}

// A scraper is the open listener for metrics.
type scraper struct {
	net.Listener
	token       *[sha256.Size]byte // nil: none is asked for
	authorities *x509.CertPool     // nil: no certificate is asked for
}

// open opens the listener; nil without one. An address that others reach is
// refused without a token or a certificate.
func (m *scraping) open(ctx context.Context) (_ *scraper, err error) {
	if m.address == "" {
		return nil, nil
	}
	s := &scraper{}
	if m.tokenFile != "" {
		if s.token, err = readSecret(m.tokenFile); err != nil {
			return nil, fmt.Errorf("--metrics-token-file %s: %w", m.tokenFile, err)
		}
	}
	if m.clientCA != "" {
		if s.authorities, err = readAuthorities(m.clientCA); err != nil {
			return nil, fmt.Errorf("--metrics-client-ca %s: %w", m.clientCA, err)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.address)
	if err != nil {
		return nil, fmt.Errorf("--metrics %s: %w", m.address, err)
	}
	s.Listener = netutil.LimitListener(l, metricsClients)
	if s.token == nil && s.authorities == nil && !s.local() {
		return nil, errors.Join(
			usageError(fmt.Sprintf("--metrics %s would tell everybody on the network: give --metrics-token-file or --metrics-client-ca, or listen on 127.0.0.1", m.address)),
			l.Close())
	}
	return s, nil
}

// local tells whether only this machine reaches the listener.
func (s *scraper) local() bool {
	a, ok := s.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// secure tells whether the listener speaks TLS: where others reach it, who
// listens on the way must not get the token.
func (s *scraper) secure() bool { return s != nil && (!s.local() || s.authorities != nil) }

// serve serves h as /metrics to clients of the networks allowed (none: all),
// until ctx ends. That it fails is logged: the console goes on without.
func (s *scraper) serve(ctx context.Context, h http.Handler, allowed networks, cert *web.Certificate, log *slog.Logger) {
	mux := http.NewServeMux()
	mux.Handle("/metrics", allowed.only(s.authorized(h)))
	srv := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients' broken handshakes
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		limit, cancel := context.WithTimeout(context.Background(), metricsStop)
		defer cancel()
		if srv.Shutdown(limit) != nil {
			srv.Close() // whoever is left has had its time
		}
	})
	log.Info("metrics are ready", "address", s.Addr(), "tls", s.secure())
	var err error
	if s.secure() {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.Get}
		if s.authorities != nil {
			srv.TLSConfig.ClientAuth, srv.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, s.authorities
		}
		err = srv.ServeTLS(s, "", "")
	} else {
		err = srv.Serve(s)
	}
	if !stop() {
		<-stopped
	}
	if !errors.Is(err, http.ErrServerClosed) {
		log.Error("serve metrics", "address", s.Addr(), "error", err)
	}
}

// authorized lets only clients with the token through (RFC 6750).
func (s *scraper) authorized(next http.Handler) http.Handler {
	if s.token == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(sum[:], s.token[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="pacu metrics"`)
			http.Error(w, `send "Authorization: Bearer TOKEN", with the token of --metrics-token-file`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// only lets only clients in the networks through; without networks, all.
func (n networks) only(next http.Handler) http.Handler {
	if len(n) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		a := from.Addr().Unmap().WithZone("")
		if err != nil || !slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(a) }) {
			http.Error(w, "only some clients are served", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// certificateEnds tells when c ends, as it is then: it may have been renewed.
func certificateEnds(c *web.Certificate) func() time.Time {
	if c == nil {
		return nil
	}
	return func() time.Time {
		pair, err := c.Get(nil)
		if err != nil {
			return time.Time{} // nobody can come in, and the log has it
		}
		return pair.Leaf.NotAfter
	}
}

// readSecret reads a token, the only line of a file that not everybody may
// read, and returns its SHA-256.
func readSecret(path string) (*[sha256.Size]byte, error) {
	text, mode, err := readSmall(path, maxSecret+2)
	if err != nil {
		return nil, err
	}
	if mode&0o027 != 0 {
		return nil, fmt.Errorf("others may read or change it (mode %04o): chmod 0400 it, or 0440 with the group of lvsgui", mode)
	}
	word := strings.TrimSpace(string(text))
	switch odd := func(r rune) bool { return r <= ' ' || r > '~' }; {
	case strings.ContainsFunc(word, odd):
		return nil, errors.New("it has more than one word, or letters that no header can carry")
	case len(word) < minSecret || len(word) > maxSecret:
		return nil, fmt.Errorf("a token of %d letters: want %d to %d, made by chance", len(word), minSecret, maxSecret)
	}
	sum := sha256.Sum256([]byte(word))
	return &sum, nil
}

func readAuthorities(path string) (*x509.CertPool, error) {
	text, _, err := readSmall(path, maxAuthorities)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("no certificate in it that can be read (PEM)")
	}
	return pool, nil
}

// readSmall reads a file of at most max bytes, and its permissions.
func readSmall(path string, max int64) ([]byte, fs.FileMode, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe must not hold us up
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, errors.New("no regular file")
	}
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(text)) > max {
		err = fmt.Errorf("it has more than %d bytes", max)
	}
	return text, info.Mode().Perm(), err
}
