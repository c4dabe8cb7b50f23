package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"pacu/control"
	"pacu/logging"
	"pacu/probe"
)

// version is set by the linker.
var version = "devel"

func main() {
	frugal()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "nanny: %v\n", err)
		return 1
	}
	if o.version {
		fmt.Fprintf(stdout, "Program Version:\t%s\nA component of:\t\tPacu\n", version)
		return 0
	}
	if o.background() {
		if err := detach(args); err != nil {
			fmt.Fprintf(stderr, "nanny: go to the background: %v\n", err)
			return 1
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var conn net.Conn
	if o.underPulse() {
		if conn, err = control.Inherited(uintptr(o.controlFD)); err != nil {
			fmt.Fprintf(stderr, "nanny: --control-fd: %v\n", err)
			return 1
		}
		defer conn.Close()
	}
	if err := harden(o.underPulse() || o.once); err != nil {
		fmt.Fprintf(stderr, "nanny: %v\n", err)
		return 1
	}
	if o.once {
		// Its reading may wait for ever: a second signal kills.
		context.AfterFunc(ctx, stop)
		var p presenter = people{stdout}
		if o.json {
			p = programs{json.NewEncoder(stdout)}
		}
		return probeOnce(ctx, stdin, p, stderr)
	}
	to := logging.Stderr()
	if o.syslog {
		to = logging.Syslog
	}
	log := logging.New("nanny", to, stderr, o.verbose)

	var tab applier = frozen{}
	if !o.norun {
		k := &kernel{dial: dialIPVS}
		defer k.close()
		tab = k
	}
	if conn != nil {
		c := newCrew(ctx, log, weigh(tab))
		forces(c)
		err = serve(ctx, c, conn)
	} else {
		d := &doorman{table: tab}
		c := newCrew(ctx, log, d.keep)
		forces(c)
		err = alone(ctx, c, d, o.order())
	}
	if err != nil {
		log.Error(err.Error())
		return 1
	}
	return 0
}

// probeOnce is nanny --once. Exit 0: all is up; 1: it is not, or the orders
// make no sense.
func probeOnce(ctx context.Context, stdin io.Reader, p presenter, stderr io.Writer) int {
	up, err := once(ctx, stdin, p)
	if err != nil {
		fmt.Fprintf(stderr, "nanny: %v\n", err)
	}
	if err != nil || !up {
		return 1
	}
	return 0
}

// detach starts nanny again in a session of its own and leaves it to itself.
func detach(args []string) error {
	cmd := exec.Command("/proc/self/exe", append([]string{"--nofork"}, args...)...)
	cmd.Args[0] = os.Args[0]
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

// forces passes the operator's signals on to c's watchers, as long as they run.
func forces(c *crew) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	c.tasks.Go(func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-c.ctx.Done():
				return
			case s := <-signals:
				c.force(map[os.Signal]probe.Force{
					syscall.SIGUSR1: probe.ForceDown, syscall.SIGUSR2: probe.ForceUp, syscall.SIGHUP: probe.Normal,
				}[s])
			}
		}
	})
}

// serve watches what pulse orders on conn, until pulse closes it or ctx ends.
func serve(ctx context.Context, c *crew, conn net.Conn) error {
	// Closing the connection is what ends the reading below and the writing
	// of reports.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	reports := newReporter()
	c.report = reports.add
	c.tasks.Go(func() { reports.run(c.ctx, conn) })
	c.tasks.Go(func() { c.tidy(c.ctx) })
	defer c.wait()
	defer conn.Close()
	for order, err := range control.Orders(conn) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("pulse: %w", err)
		}
		for _, problem := range c.take(order) {
			c.log.Error(problem.Error())
		}
	}
	return nil
}

// alone watches what order says until ctx ends, and then takes the server out
// of the table.
func alone(ctx context.Context, c *crew, d *doorman, order control.Order) error {
	if problems := c.take(order); len(problems) > 0 {
		c.wait()
		return problems[0]
	}
	<-ctx.Done()
	c.log.Info("Terminating due to a signal")
	c.wait()
	return d.leave()
}
