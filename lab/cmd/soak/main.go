// Command soak lets a pair of routers live through reloads, drains, drift,
// deaths, switchovers and outages under traffic, on the kernel it finds:
//
//	soak [--long 30m] [--every 10ms] [--seed N] [--verbose]
//
// It ends with 1 when a request was lost for no reason, or the kernel is not
// what lvs.cf asks for when all is quiet. The seed that it prints replays the
// same day. It needs root, a kernel with IPVS, pulse, nanny, ipvsadm and nft:
// `make soak` runs it inside the lab's machine, which has them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"pacu/lab"
	"pacu/lab/soak"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("soak", flag.ContinueOnError)
	fs.SetOutput(stderr)
	o := soak.Options{Say: func(format string, args ...any) { fmt.Fprintf(stdout, "soak: "+format+"\n", args...) }}
	fs.DurationVar(&o.Long, "long", 30*time.Minute, "how long")
	fs.DurationVar(&o.Every, "every", 10*time.Millisecond, "time from one new connection to the next")
	fs.Uint64Var(&o.Seed, "seed", 0, "of the day to live; 0 takes any")
	fs.BoolVar(&o.Verbose, "verbose", false, "show every step")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if fs.NArg() > 0 || o.Long <= 0 || o.Every <= 0 {
		fmt.Fprintln(stderr, "soak: it takes no arguments, and times above 0")
		fs.Usage()
		return 2
	}
	if err := errors.Join(lab.Check(), lab.CheckIPVS()); err != nil {
		fmt.Fprintln(stderr, "soak:", err)
		return 1
	}
	for o.Seed == 0 {
		o.Seed = rand.Uint64N(1 << 32) // short enough to type
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	sums, err := soak.Run(ctx, o)
	o.Say("%v", sums)
	if err != nil {
		fmt.Fprintln(stderr, "soak:", err)
		return 1
	}
	if sums.OnMachine > 0 {
		o.Say("nobody can tell of %d lost requests: the machine itself stood still", sums.OnMachine)
	}
	o.Say("every other request that was lost was on a dead server, on somebody's drift or in an outage")
	return 0
}
