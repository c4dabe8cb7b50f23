package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"pacu/control"
)

// switchoverCommand has the running pulse hand over to its partner, or take
// over from it, and prints what would go wrong with that. Exit 0: done, or
// nothing stops it; 1: something does, pulse refuses, or it is not running; 2:
// wrong usage.
func switchoverCommand(args []string, stdout, stderr io.Writer) int {
	var check, force bool
	client, code := clientFlags("switchover", args, stderr, func(fs *flag.FlagSet) {
		fs.BoolVar(&check, "check", false, "say what would go wrong, and change nothing")
		fs.BoolVar(&force, "force", false, "switch over whatever would go wrong")
		explained(fs, `[--check] [--force]

Has the other router serve: the active router hands over once the other has
taken the addresses, so that no connection is lost. It may be run on either.
What would go wrong is looked for first; what stops the switchover stops it.
`)
	})
	if client == nil {
		return code
	}
	flight, err := client.SwitchOver(context.Background(), check, force)
	if err != nil {
		fmt.Fprintf(stderr, "pulse switchover: %v\n", err)
		return 1
	}
	stops := printFindings(stdout, flight.Findings)
	switch {
	case flight.Done != "":
		fmt.Fprintln(stdout, flight.Done)
		return 0
	case stops > 0 && check:
		fmt.Fprintln(stderr, "pulse switchover: it would be refused for what stops it")
		return 1
	case check:
		fmt.Fprintln(stdout, "nothing stops a switchover")
		return 0
	}
	fmt.Fprintln(stderr, "pulse switchover: not done, for what stops it; --force does it all the same")
	return 1
}

// printFindings writes each finding in a line, and returns how many of them
// stop a switchover.
func printFindings(w io.Writer, findings []control.Finding) (stops int) {
	for _, f := range findings {
		word := "warning"
		if f.Stops {
			word = "stops"
			stops++
		}
		fmt.Fprintf(w, "%s: %s\n", word, f.Text)
	}
	return stops
}

// explained gives fs a help: what follows its name, and then what else to
// know.
func explained(fs *flag.FlagSet, usage string) {
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "usage: %s %s\n", fs.Name(), usage)
		fs.PrintDefaults()
	}
}
