package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"pacu/control"
)

// alertCommand has lvsgui send a test of its alerts, by way of the running
// pulse. Exit 0: every channel took it; 1: one did not, there is none, or
// nobody answers; 2: wrong usage.
func alertCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("alert", `test

Sends a test at once over every channel that ALERTS in the console has switched
on, mail, webhook and syslog, and prints what became of it on each. It is
lvsgui that sends, which must be running.
`, 0, math.MaxInt, stderr)
	socket := socketFlag(c.FlagSet)
	words, code, ok := c.files(args)
	if !ok {
		return code
	}
	if len(words) != 1 || words[0] != "test" {
		fmt.Fprintf(stderr, "%s: say test, not %q\n", c.Name(), words)
		return 2
	}
	t, err := control.NewClient(*socket).TestAlerts(context.Background())
	if err != nil {
		return c.fail(err)
	}
	if len(t.Outcomes) == 0 {
		return c.fail(errors.New("no channel is switched on: see ALERTS in the console"))
	}
	for _, o := range t.Outcomes {
		what := "sent in " + time.Duration(o.Took).Round(time.Millisecond).String()
		if o.Error != "" {
			code, what = 1, "FAILED: "+strings.ReplaceAll(o.Error, "\n", "; ")
		}
		fmt.Fprintf(stdout, "%-8s %s: %s\n", o.Channel, o.To, what)
	}
	return code
}
