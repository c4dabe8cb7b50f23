package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os/signal"
	"syscall"

	"pacu/control"
)

// aServer is how commands let a real server be named.
const aServer = `SERVER is a real server's name in lvs.cf, its address, or address:port;
VIRTUAL/SERVER is the one of that virtual server alone.
`

// drainCommand has the running pulse take a real server out of service. Exit
// 0: done; 1: pulse refuses, is not running, or the waiting was given up; 2:
// wrong usage.
func drainCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("drain", `SERVER [--timeout TIME] [--wait]

Gives a real server no new connections, and takes it out when those it has
have ended. That holds, over reloads and restarts, until 'pulse undrain'.
`+aServer, 0, math.MaxInt, stderr)
	timeout := c.Duration("timeout", 0, "end the connections left after this `time`, such as 10m; 0: let them be")
	wait := c.Bool("wait", false, "come back when the server is out; an interrupt ends the waiting, not the drain")
	socket := socketFlag(c.FlagSet)
	server, code := oneServer(c, args)
	if server == "" {
		return code
	}
	if *timeout < 0 {
		fmt.Fprintf(stderr, "%s: --timeout %s is negative\n", c.Name(), *timeout)
		return 2
	}
	client := control.NewClient(*socket)
	message, err := client.Drain(context.Background(), server, *timeout)
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintln(stdout, message)
	if !*wait {
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := awaitDrain(ctx, client, server, stdout); err != nil {
		return c.fail(err)
	}
	return 0
}

// undrainCommand has the running pulse put a drained server back. Its exit
// codes are drainCommand's.
func undrainCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("undrain", `SERVER

Puts a real server that was drained back into service.
`+aServer, 0, math.MaxInt, stderr)
	socket := socketFlag(c.FlagSet)
	server, code := oneServer(c, args)
	if server == "" {
		return code
	}
	message, err := control.NewClient(*socket).Undrain(context.Background(), server)
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintln(stdout, message)
	return 0
}

// oneServer parses args, which name one server. Where it returns none the
// command ends with the code.
func oneServer(c *fileCommand, args []string) (server string, code int) {
	names, code, ok := c.files(args)
	switch {
	case !ok:
		return "", code
	case len(names) == 1 && names[0] != "":
		return names[0], 0
	}
	fmt.Fprintf(c.Output(), "%s: name one server, not %d: %q\n", c.Name(), len(names), names)
	return "", 2
}
