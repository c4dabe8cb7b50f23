package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"pacu/control"
)

// forceCommand has the running pulse overrule the probes of a real server, or
// end that. Exit 0: done; 1: pulse refuses or is not running; 2: wrong usage.
func forceCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("force", `SERVER up|down|auto

Overrules a real server's probes, which go on and are shown: with "up" it is
used with its weight of lvs.cf, though they say it is down; with "down" it is
treated as one that fails them; with "auto" they count again. That holds on
this router, over reloads and restarts of pulse, until "auto" or the next boot.
A drain counts for more.
`+aServer, 0, math.MaxInt, stderr)
	socket := socketFlag(c.FlagSet)
	words, code, ok := c.files(args)
	if !ok {
		return code
	}
	if len(words) != 2 || words[0] == "" || !control.Way(words[1]).Known() {
		fmt.Fprintf(stderr, "%s: name one server, then up, down or auto, not %q\n", c.Name(), words)
		return 2
	}
	message, err := control.NewClient(*socket).Force(context.Background(), words[0], control.Way(words[1]))
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintln(stdout, message)
	return 0
}
