package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// stopLimit is how long requests may take to end when the console stops.
const stopLimit = 5 * time.Second

// Serve serves h on l until ctx is done, then ends streams and waits a few
// seconds for requests. With a certificate it speaks TLS 1.2 and later, and
// sends plain http on the same port there; without, it speaks plain http. It
// returns nil when it ended because ctx did.
func Serve(ctx context.Context, l net.Listener, h http.Handler, c *Certificate, log *slog.Logger) error {
	g, gctx := errgroup.WithContext(ctx)
	serve := func(h http.Handler, run func(*http.Server) error) {
		srv := httpServer(h, log)
		base, end := context.WithCancel(context.Background())
		srv.BaseContext = func(net.Listener) context.Context { return base }
		srv.RegisterOnShutdown(end) // streams last until their viewer leaves, or this
		g.Go(func() error {
			if err := run(srv); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
			return nil
		})
		g.Go(func() error {
			defer end()
			<-gctx.Done()
			stop, cancel := context.WithTimeout(context.WithoutCancel(gctx), stopLimit)
			defer cancel()
			if srv.Shutdown(stop) != nil {
				srv.Close() // whoever is left has had its time
			}
			return nil
		})
	}
	if c == nil {
		serve(h, func(srv *http.Server) error { return srv.Serve(l) })
		return g.Wait()
	}
	s := newSplitter(l)
	g.Go(func() error {
		if err := s.run(); gctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
		return nil
	})
	serve(h, func(srv *http.Server) error {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.Get}
		return srv.ServeTLS(s.tls, "", "")
	})
	serve(http.HandlerFunc(toTLS), func(srv *http.Server) error { return srv.Serve(s.plain) })
	return g.Wait()
}

// httpServer returns a server with the limits that hold for every request.
// The monitoring stream moves its own write deadline.
func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // 32 MiB over a slow line
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients' broken handshakes
	}
}
