package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/term"

	"pacu/control"
	"pacu/logging"
	"pacu/metrics"
	"pacu/store"
	"pacu/web"
)

// serve shows the console until ctx ends.
func serve(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	if o.ask {
		fmt.Fprintln(stdout, versionLine())
		return nil
	}
	if err := enterState(o.state); err != nil {
		return err
	}
	unconfined, err := confine(o.state, filepath.Dir(o.config))
	if err != nil {
		return err
	}
	target := logging.Stderr()
	if o.syslog {
		target = logging.Syslog
	}
	log := logging.New("lvsgui", target, stderr, o.verbose)
	if unconfined != "" {
		log.Warn("not confined as it should be", "why", unconfined)
	}

	extra, err := o.scrapes.open(ctx)
	if err != nil {
		return err
	}
	if extra != nil {
		defer extra.Close() // closed before, unless something below fails
	}
	var cert *web.Certificate
	if !o.plain || extra.secure() {
		if cert, err = web.LoadCertificate(web.CertificatePath(o.state)); err != nil {
			return err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return listenError(o.listen, err)
	}
	defer l.Close() // closed before, unless something below fails
	console := cert
	if o.plain {
		console = nil // it is the metrics' alone
	}
	view := web.Options{
		ConfigPath: o.config, State: o.state, Log: log, Secure: !o.plain, AllowFrom: o.allowed, Version: release(), Certificate: console,
	}
	st, err := openStoreOr(ctx, view, l, console)
	if err != nil {
		if ctx.Err() != nil {
			return nil // it was stopped while it was closed
		}
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	url := consoleURL(o.scheme(), l.Addr())
	if err := tolerate(st.SetSetting(ctx, urlSetting, url), log); err != nil {
		return err
	}
	if err := tolerate(firstUser(ctx, st, url, stderr, log), log); err != nil {
		return err
	}
	if len(o.allowed) > 0 {
		log.Info("only some clients are served", "allow-from", o.allowed.String())
	}
	log.Info("console is ready", "url", o.scheme()+"://"+l.Addr().String()+"/", "config", o.config)
	// Without systemd there is nobody to tell, which is no error.
	if _, err := daemon.SdNotify(false, daemon.SdNotifyReady); err != nil {
		log.Warn("tell systemd", "error", err)
	}
	var s *web.Server
	pulse := control.NewClient(o.socket)
	measures := metrics.New(metrics.Options{
		Pulse: pulse, Version: release(), Log: log, Logins: func() (uint64, uint64) { return s.Logins() },
		CertificateEnds: certificateEnds(cert),
	})
	alerts := newAlerts(pulse, st, o.state, cert, log)
	view.Pulse, view.Store, view.Metrics, view.Alerts = pulse, st, measures, alerts
	s = web.New(view)
	running, stop := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	tasks.Go(func() { s.Run(running) })
	tasks.Go(func() { runAlerts(running, alerts, log) })
	tasks.Go(func() { showLife(running, log) })
	tasks.Go(func() { keepStore(running, st, log) })
	if extra != nil {
		tasks.Go(func() { extra.serve(running, measures, o.allowed, cert, log) })
	}
	defer tasks.Wait()
	defer stop()
	return web.Serve(ctx, l, s.Handler(), console, log)
}

// firstUser says how to make one where there is none. A set-up token goes to a
// terminal alone: what is logged is kept, and read by others.
func firstUser(ctx context.Context, st *store.Store, url string, stderr io.Writer, log *slog.Logger) error {
	has, err := st.HasUsers(ctx)
	if err != nil || has {
		return err
	}
	if f, ok := stderr.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		log.Warn("nobody can log in yet: run lvsgui setup or lvsgui passwd")
		return nil
	}
	token, err := st.NewSetup(ctx)
	if err != nil {
		return err
	}
	return printSetup(stderr, url, token)
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
