package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"

	"pacu/control"
)

// probeCommand probes a real server as its nanny would, once, and prints each
// step. Exit 0: it is up in all its services; 1: it is not, pulse refuses or is
// not running; 2: wrong usage.
func probeCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("probe", `SERVER

Probes a real server now, once for each of its services, as its nanny does, and
shows each step with the time since the probe began. It changes nothing.
Exit 0: it is up; 1: it is not, or pulse is not running; 2: wrong usage.
`+aServer, 0, math.MaxInt, stderr)
	program := c.String("nanny", besideMe("nanny"), "the nanny `program`")
	socket := socketFlag(c.FlagSet)
	server, code := oneServer(c, args)
	if server == "" {
		return code
	}
	orders, err := control.NewClient(*socket).Orders(context.Background(), server)
	if err != nil {
		return c.fail(err)
	}
	err = probeOnce(*program, orders, stdout, stderr)
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return 1 // it has said why
	}
	if err != nil {
		return c.fail(err)
	}
	return 0
}

// probeOnce has a nanny carry out the orders once: with no more privileges than
// those that pulse runs.
func probeOnce(program string, orders []control.Order, stdout, stderr io.Writer) error {
	var in bytes.Buffer
	for e, i := json.NewEncoder(&in), 0; i < len(orders); i++ {
		if err := e.Encode(orders[i]); err != nil {
			return err
		}
	}
	cmd := nannyProcess(program, "--once")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, stdout, stderr
	if err := ordinarily(cmd, confine); err != nil {
		return fmt.Errorf("cannot start %s: %w", program, plain(err))
	}
	return cmd.Wait()
}
