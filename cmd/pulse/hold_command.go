package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"pacu/control"
)

// holdCommand has the running pulse never take over, or do again. Exit 0:
// done; 1: pulse refuses or is not running; 2: wrong usage.
func holdCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("hold", `on|off

With "on" this router never takes over, whatever happens to the partner, until
"off": for work on it. It does not give up the addresses that it holds; for
that, 'pulse switchover' first.
`, 0, math.MaxInt, stderr)
	socket := socketFlag(c.FlagSet)
	words, code, ok := c.files(args)
	if !ok {
		return code
	}
	if len(words) != 1 || words[0] != "on" && words[0] != "off" {
		fmt.Fprintf(stderr, "%s: say on or off, not %q\n", c.Name(), words)
		return 2
	}
	message, err := control.NewClient(*socket).Hold(context.Background(), words[0] == "on")
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintln(stdout, message)
	return 0
}
