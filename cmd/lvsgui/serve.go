package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	"pacu/control"
	"pacu/logging"
	"pacu/store"
	"pacu/web"
)

func serve(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui", flag.ContinueOnError)
	f.SetOutput(stderr)
	var (
		config  = f.String("config", "/etc/sysconfig/ha/lvs.cf", "the `file` to show and edit")
		listen  = f.String("listen", "", "the `address` to serve on (default :3636, with --http 127.0.0.1:3636)")
		state   = f.String("state", defaultState, "the `directory` of the database and the certificate")
		socket  = f.String("control", "/run/pulse/control.sock", "pulse's `socket`")
		plain   = f.Bool("http", false, "serve http without TLS, for the end of a tunnel")
		verbose = f.Bool("verbose", false, "log more")
		ask     = f.Bool("version", false, "print the version and exit")
	)
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *ask {
		fmt.Fprintln(stdout, versionLine())
		return nil
	}
	if *listen == "" {
		*listen = ":3636"
		if *plain {
			*listen = "127.0.0.1:3636"
		}
	}
	if err := enterState(*state); err != nil {
		return err
	}
	unconfined, err := confine(*state, filepath.Dir(*config))
	if err != nil {
		return err
	}
	log := logging.New("lvsgui", logging.Stderr(), stderr, *verbose)
	if unconfined != "" {
		log.Warn("not confined as it should be", "why", unconfined)
	}

	st, err := store.Open(ctx, web.DatabasePath(*state))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	var cert *web.Certificate
	if !*plain {
		if cert, err = web.LoadCertificate(web.CertificatePath(*state)); err != nil {
			return err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return listenError(*listen, err)
	}
	defer l.Close() // closed before, unless something below fails

	has, err := st.HasUsers(ctx)
	if err != nil {
		return err
	}
	if !has {
		log.Warn("no password has been set, so nobody can log in: run lvsgui passwd")
	}
	scheme := "https"
	if *plain {
		scheme = "http"
	}
	log.Info("console is ready", "url", scheme+"://"+l.Addr().String()+"/", "config", *config)
	// Without systemd there is nobody to tell, which is no error.
	if _, err := daemon.SdNotify(false, daemon.SdNotifyReady); err != nil {
		log.Warn("tell systemd", "error", err)
	}
	s := web.New(web.Options{
		ConfigPath: *config, Pulse: control.NewClient(*socket), Store: st, Log: log, Secure: !*plain,
	})
	return web.Serve(ctx, l, s.Handler(), cert, log)
}

// listenError says what to do about the usual reasons.
func listenError(address string, err error) error {
	_, port, _ := net.SplitHostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %s is taken (%w): see by whom with \"ss -ltnp sport = :%s\", then stop that, or choose another with --listen", port, err, port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("this router does not have the address of --listen %s: %w", address, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %s is for root alone: choose one above 1023 with --listen: %w", port, err)
	case !strings.Contains(address, ":"):
		return fmt.Errorf("--listen %s: write an address and a port, or :port alone: %w", address, err)
	default:
		return fmt.Errorf("listen on %s: %w", address, err)
	}
}
