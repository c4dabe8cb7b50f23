package main

import (
	"context"
	"errors"
	"flag"
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

func serve(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, `Usage: lvsgui [FLAGS]             serve the console
       lvsgui setup               print a token for the first user
       lvsgui passwd [USER]       set a password, make a user
       lvsgui users               list who can log in
       lvsgui backup FILE         save all that the console remembers
       lvsgui restore FILE        bring that back
Each says more with --help. FLAGS are:
`)
		f.PrintDefaults()
	}
	var (
		config  = f.String("config", "/etc/sysconfig/ha/lvs.cf", "the `file` to show and edit")
		listen  = f.String("listen", "", "the `address` to serve on (default :3636, with --http 127.0.0.1:3636)")
		state   = f.String("state", defaultState, "the `directory` of the database and the certificate")
		socket  = f.String("control", "/run/pulse/control.sock", "pulse's `socket`")
		plain   = f.Bool("http", false, "serve http without TLS, for the end of a tunnel")
		verbose = f.Bool("verbose", false, "log more")
		syslog  = f.Bool("syslog", false, "log to the syslog, for init scripts")
		ask     = f.Bool("version", false, "print the version and exit")
		allowed networks
		scrapes scraping
	)
	scrapes.flags(f)
	f.Var(&allowed, "allow-from", "serve only clients in these `networks`, as 192.0.2.0/24,2001:db8::/32 (default all)")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *ask {
		fmt.Fprintln(stdout, versionLine())
		return nil
	}
	if err := scrapes.check(); err != nil {
		return err
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
	target := logging.Stderr()
	if *syslog {
		target = logging.Syslog
	}
	log := logging.New("lvsgui", target, stderr, *verbose)
	if unconfined != "" {
		log.Warn("not confined as it should be", "why", unconfined)
	}

	extra, err := scrapes.open(ctx)
	if err != nil {
		return err
	}
	if extra != nil {
		defer extra.Close() // closed before, unless something below fails
	}
	var cert *web.Certificate
	if !*plain || extra.secure() {
		if cert, err = web.LoadCertificate(web.CertificatePath(*state)); err != nil {
			return err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return listenError(*listen, err)
	}
	defer l.Close() // closed before, unless something below fails
	console := cert
	if *plain {
		console = nil // it is the metrics' alone
	}
	options := web.Options{
		ConfigPath: *config, State: *state, Log: log, Secure: !*plain, AllowFrom: allowed, Version: release(), Certificate: console,
	}
	st, err := openStoreOr(ctx, options, l, console)
	if err != nil {
		if ctx.Err() != nil {
			return nil // it was stopped while it was closed
		}
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	scheme := "https"
	if *plain {
		scheme = "http"
	}
	url := consoleURL(scheme, l.Addr())
	if err := tolerate(st.SetSetting(ctx, urlSetting, url), log); err != nil {
		return err
	}
	if err := tolerate(firstUser(ctx, st, url, stderr, log), log); err != nil {
		return err
	}
	if len(allowed) > 0 {
		log.Info("only some clients are served", "allow-from", allowed.String())
	}
	log.Info("console is ready", "url", scheme+"://"+l.Addr().String()+"/", "config", *config)
	// Without systemd there is nobody to tell, which is no error.
	if _, err := daemon.SdNotify(false, daemon.SdNotifyReady); err != nil {
		log.Warn("tell systemd", "error", err)
	}
	var s *web.Server
	pulse := control.NewClient(*socket)
	measures := metrics.New(metrics.Options{
		Pulse: pulse, Version: release(), Log: log, Logins: func() (uint64, uint64) { return s.Logins() },
		CertificateEnds: certificateEnds(cert),
	})
	alerts := newAlerts(pulse, st, *state, cert, log)
	options.Pulse, options.Store, options.Metrics, options.Alerts = pulse, st, measures, alerts
	s = web.New(options)
	running, stop := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	tasks.Go(func() { s.Run(running) })
	tasks.Go(func() { runAlerts(running, alerts, log) })
	tasks.Go(func() { showLife(running, log) })
	tasks.Go(func() { keepStore(running, st, log) })
	if extra != nil {
		tasks.Go(func() { extra.serve(running, measures, allowed, cert, log) })
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
