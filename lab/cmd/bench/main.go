// Command bench measures Pacu beside its peers, on the kernel it finds:
//
//	bench [--rounds N] failover
//	bench jitter
//	bench [--rounds N] nanny
//	bench [--rounds N] checks
//	bench [--rounds N] ipvs
//	bench [--rounds N] reload
//	bench lvscf
//	bench console
//
// Each figure is a line on standard output, "bench NAME ours=VALUE
// peer=NAME:VALUE ratio=X", some with what is wanted of the ratio, "want<=X met"
// or "MISSED"; progress goes to standard error. failover, nanny and ipvs need root,
// a kernel with IPVS, pulse, nanny and the peers: `make bench B=failover` runs one
// inside the lab's machine, which has them. jitter and checks need root, pulse and
// nanny, which they look for beside themselves first: their figures say little of
// an emulated machine. reload and lvscf run anywhere, and so
// does console, which needs lvsgui beside it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"pacu/lab"
	"pacu/lab/bench"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var s bench.Settings
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { usage(fs) }
	fs.IntVar(&s.Rounds, "rounds", 0, "events of each kind, for each system; 0: as many as the bench has by itself")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	var chosen []bench.Bench
	for _, name := range fs.Args() {
		i := slices.IndexFunc(bench.All, func(b bench.Bench) bool { return b.Name == name })
		if i < 0 {
			fmt.Fprintf(stderr, "bench: there is no bench %q\n", name)
			fs.Usage()
			return 2
		}
		chosen = append(chosen, bench.All[i])
	}
	if len(chosen) == 0 {
		fmt.Fprintln(stderr, "bench: name a bench")
		fs.Usage()
		return 2
	}
	if s.Rounds < 0 {
		fmt.Fprintf(stderr, "bench: %d rounds: at least 1 is needed\n", s.Rounds)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, chosen, s, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

func usage(fs *flag.FlagSet) {
	w := fs.Output()
	fmt.Fprintln(w, "usage: bench [FLAGS] NAME ...\n\nbenches:")
	for _, b := range bench.All {
		fmt.Fprintf(w, "  %-12s %s\n", b.Name, b.About)
	}
	fmt.Fprintln(w, "\nflags:")
	fs.PrintDefaults()
}

func measure(ctx context.Context, benches []bench.Bench, s bench.Settings, stdout, stderr io.Writer) error {
	needs := bench.Nothing
	for _, b := range benches {
		needs = max(needs, b.Needs)
	}
	if err := check(needs); err != nil {
		return err
	}
	machine, err := bench.Machine(ctx, needs)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, machine)
	say := func(format string, args ...any) { fmt.Fprintf(stderr, "bench: "+format+"\n", args...) }
	for _, b := range benches {
		figures, err := b.Run(ctx, bench.Settings{Rounds: cmp.Or(s.Rounds, b.Rounds)}, say)
		if err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
		for _, f := range figures {
			fmt.Fprintln(stdout, f)
		}
	}
	return nil
}

// check tells whether the machine has what the benches need.
func check(needs bench.Needs) error {
	switch needs {
	case bench.Peers:
		return errors.Join(lab.Check(), lab.CheckIPVS())
	case bench.Hosts:
		return lab.Check()
	}
	return nil
}
