package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"

	"pacu/control"
)

// socketFlag gives a command the flag for where pulse listens.
func socketFlag(fs *flag.FlagSet) *string {
	return fs.String("control", "/run/pulse/control.sock", "pulse's control `socket`")
}

// clientFlags parses the flags of a command that talks to the running pulse;
// each has one of its own besides.
func clientFlags(name string, args []string, stderr io.Writer, more func(*flag.FlagSet)) (*control.Client, int) {
	fs := flag.NewFlagSet("pulse "+name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	socket := socketFlag(fs)
	if more != nil {
		more(fs)
	}
	if err := fs.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil, 0
		}
		return nil, 2
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "pulse %s: unexpected arguments: %q\n", name, fs.Args())
		return nil, 2
	}
	return control.NewClient(*socket), 0
}

// reloadCommand makes the running pulse read lvs.cf again, and prints what
// changed. Exit 1: refused, or pulse is not running.
func reloadCommand(args []string, stdout, stderr io.Writer) int {
	client, code := clientFlags("reload", args, stderr, nil)
	if client == nil {
		return code
	}
	message, err := client.Reload(context.Background())
	if err != nil {
		fmt.Fprintf(stderr, "pulse reload: %v\n", err)
		return 1
	}
	fmt.Fprintln(stdout, message)
	return 0
}

// statusCommand prints what the running pulse knows. Exit 0: well; 1: pulse
// says something is wrong; 3: it is not running (as LSB's status action).
func statusCommand(args []string, stdout, stderr io.Writer) int {
	asJSON := false
	client, code := clientFlags("status", args, stderr, func(fs *flag.FlagSet) {
		fs.BoolVar(&asJSON, "json", false, "for programs: the whole snapshot")
	})
	if client == nil {
		return code
	}
	s, err := client.Snapshot(context.Background())
	if err != nil {
		fmt.Fprintf(stderr, "pulse status: %v\n", err)
		return 3
	}
	if asJSON {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		err = e.Encode(s)
	} else {
		err = printStatus(stdout, s)
	}
	if err != nil {
		fmt.Fprintf(stderr, "pulse status: %v\n", err)
		return 1
	}
	if len(s.Trouble)+len(s.Degraded) > 0 {
		return 1
	}
	return 0
}
