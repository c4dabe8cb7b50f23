package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"time"

	"pacu/control"
)

// nannyCommand shows the running pulse's nannies and what their probes see.
// Exit 0: done; 1: pulse refuses, or is not running; 2: wrong usage.
func nannyCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("nanny", `[SERVER] [--json]

Shows the nannies, the processes that watch the real servers, and what their
last probes saw: P50 and P99 are the times that half, and all but one in a
hundred, of the last 100 probes kept within.
With SERVER only what concerns that one.
`+aServer, 0, math.MaxInt, stderr)
	asJSON := c.Bool("json", false, "for programs")
	socket := socketFlag(c.FlagSet)
	names, code, ok := c.files(args)
	if !ok {
		return code
	}
	if len(names) > 1 {
		fmt.Fprintf(stderr, "%s: name one server at most, not %d: %q\n", c.Name(), len(names), names)
		return 2
	}
	list, err := control.NewClient(*socket).Nannies(context.Background(), append(names, "")[0])
	switch {
	case err != nil:
	case *asJSON:
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(append([]control.Nanny{}, list...)) // none is an empty list
	default:
		err = printNannies(stdout, list, time.Now())
	}
	if err != nil {
		return c.fail(err)
	}
	return 0
}

// printNannies writes the list for people.
func printNannies(w io.Writer, list []control.Nanny, now time.Time) error {
	v := statusText{s: &control.Snapshot{Taken: now}}
	if len(list) == 0 {
		v.printf("no nanny runs: no real server is to be probed\n")
	}
	v.table(len(list), "NANNY\tPID\tSINCE\tRESTARTS\tMEMORY\tWATCHES", func(w io.Writer) {
		for _, n := range list {
			v.nanny(w, n)
		}
	})
	v.table(len(list), "REAL SERVER\tSERVICE\tSTATE\tWEIGHT\tP50\tP99\tPROBED\tNEXT\tLAST PROBE", func(w io.Writer) {
		for _, n := range list {
			for _, p := range n.Watches {
				v.watching(w, p)
			}
		}
	})
	_, err := io.WriteString(w, strings.TrimPrefix(v.String(), "\n"))
	return err
}

func (v *statusText) nanny(w io.Writer, n control.Nanny) {
	pid, since, memory := "-", "-", "-"
	if n.Pid != 0 {
		pid, since = fmt.Sprint(n.Pid), v.clock(n.Started)
	}
	if n.Memory > 0 {
		memory = fmt.Sprintf("%.1f MB", float64(n.Memory)/1e6)
	}
	watches := fmt.Sprint(len(n.Watches))
	if n.Error != "" {
		watches += " (" + n.Error + ")"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", n.Watched(), pid, since, n.Restarts, memory, watches)
}

func (v *statusText) watching(w io.Writer, p control.Watching) {
	const tenth = 100 * time.Millisecond
	p50, p99, next := "-", "-", "-"
	if p.Probes > 0 {
		p50, p99 = milliseconds(p.P50), milliseconds(p.P99)
	}
	switch in := p.Due.Sub(v.s.Taken); {
	case p.Due.IsZero():
	case in < tenth:
		next = "now"
	default:
		next = "in " + in.Round(tenth).String()
	}
	why := p.Why
	if !strings.Contains(why, p.Trouble) { // it says what cuts this router off by itself
		why += " (" + p.Trouble + ")"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", netip.AddrPortFrom(p.Server, p.RealPort), p.Service, p.Health, p.Weight,
		p50, p99, v.ago(p.Probed), next, why)
}

func milliseconds(d control.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
