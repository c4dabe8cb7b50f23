package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"pacu/control"
)

// printStatus writes a snapshot for people.
func printStatus(w io.Writer, s *control.Snapshot) error {
	v := statusText{s: s}
	v.router()
	v.fitness()
	v.addresses()
	v.services()
	v.failovers()
	v.kernel()
	v.list("FIREWALL", s.Firewall)
	v.sysctls()
	v.takeover()
	v.list("DEGRADED", s.Degraded)
	v.list("TROUBLE", s.Trouble)
	_, err := io.WriteString(w, v.String())
	return err
}

// A statusText is a snapshot on its way to the terminal.
type statusText struct {
	strings.Builder
	s *control.Snapshot
}

func (v *statusText) printf(format string, args ...any) { fmt.Fprintf(v, format, args...) }

// ago is the time since t; none where t is of the future, as when the clock was
// set.
func (v *statusText) ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return max(0, v.s.Taken.Sub(t)).Round(100*time.Millisecond).String() + " ago"
}

// clock is the time of day, and the date where it is not today's.
func (v *statusText) clock(t time.Time) string {
	t = t.In(v.s.Taken.Location())
	if t.Format(time.DateOnly) == v.s.Taken.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// table writes n lines of cells, a tab between two, under their heads; nothing
// when n is 0.
func (v *statusText) table(n int, heads string, fill func(w io.Writer)) {
	if n == 0 {
		return
	}
	v.printf("\n")
	t := tabwriter.NewWriter(v, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, heads)
	fill(t)
	t.Flush()
}

// list writes lines under a heading; nothing when there are none.
func (v *statusText) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	v.printf("\n%s\n", heading)
	for _, line := range lines {
		v.printf("  %s\n", line)
	}
}

func (v *statusText) addresses() {
	v.table(len(v.s.Addresses), "ADDRESS\tDEVICE\tFOR\tHERE", func(w io.Writer) {
		for _, a := range v.s.Addresses {
			here := "no"
			if a.Held {
				here = "yes"
			}
			if a.Held != a.Wanted {
				here += ", but should not"
				if a.Wanted {
					here = "no, but should"
				}
			}
			if a.Error != "" {
				here += " (" + a.Error + ")"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Prefix, a.Device, strings.Join(a.For, ", "), here)
		}
	})
}

func (v *statusText) services() {
	heads := "SERVICE / REAL SERVER\tSTATE\tWEIGHT\tKERNEL\tACTIVE\tINACTIVE\tCONN/S\tLAST PROBE"
	v.table(len(v.s.Services), heads, func(w io.Writer) {
		for i := range v.s.Services {
			v.service(w, &v.s.Services[i])
		}
	})
}

func (v *statusText) service(w io.Writer, svc *control.Service) {
	about := []string{svc.Name, svc.Forward, svc.Scheduler}
	if svc.Persistent > 0 {
		about[2] += " persistent " + fmt.Sprint(int(time.Duration(svc.Persistent).Seconds()))
	}
	if svc.Ports != "" {
		about = append(about, "ports "+svc.Ports)
	}
	fmt.Fprintf(w, "%s (%s)\t%s\t\t\t\t\t%d\t%s\n", svc.Key(), strings.Join(about, ", "), serviceState(svc), svc.Stats.ConnectionRate, svc.Error)
	for i := range svc.Servers {
		rs := &svc.Servers[i]
		kernel := "-"
		if rs.InKernel {
			kernel = fmt.Sprint(rs.KernelWeight)
		}
		probe := rs.Why
		if !rs.Probed.IsZero() {
			probe = v.ago(rs.Probed) + ": " + rs.Why
		}
		fmt.Fprintf(w, "  %s %s:%d\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", rs.Name, rs.Address, rs.Port, v.serverState(rs), rs.Weight, kernel,
			rs.Active, rs.Inactive, rs.Stats.ConnectionRate, probe)
	}
}

func serviceState(svc *control.Service) string {
	state := "loaded"
	switch {
	case svc.Foreign:
		state = "not in lvs.cf"
	case !svc.InKernel:
		state = "not in the kernel"
	}
	if svc.Quorum > 1 {
		state += fmt.Sprintf(", %d up of a quorum of %d", svc.Up, svc.Quorum)
	}
	if svc.Sorry {
		state += ", sorry server serves"
	}
	return state
}

// serverState is what the probes say, unless the operator has said more.
func (v *statusText) serverState(rs *control.Server) string {
	left := fmt.Sprint(connections(rs), " left")
	switch {
	case rs.Drain != nil && rs.Drain.Out:
		return "drained"
	case rs.Drain != nil && !rs.Drain.Until.IsZero():
		return fmt.Sprintf("draining (%s, until %s)", left, v.clock(rs.Drain.Until))
	case rs.Drain != nil:
		return fmt.Sprintf("draining (%s)", left)
	case rs.Sorry:
		return "not probed"
	case rs.Leaving:
		return fmt.Sprintf("leaving (%s)", left)
	case rs.Forced != nil:
		return fmt.Sprintf("forced %s (probes: %s)", rs.Forced.To, rs.Health)
	}
	return string(rs.Health)
}

// kernel tells how the kernel's table fares: its size, and who else was at it.
func (v *statusText) kernel() {
	t, d := v.s.Table, v.s.Drift
	if t.Buckets > 0 || d.Repairs > 0 {
		v.printf("\n")
	}
	if t.Buckets > 0 {
		v.printf("connection table: %d connections in %d buckets\n", t.Connections, t.Buckets)
	}
	if d.Repairs > 0 {
		v.printf("drift: %d put right, the last %s: %s\n", d.Repairs, v.ago(d.Last), d.What)
	}
}

func (v *statusText) sysctls() {
	lines := make([]string, 0, len(v.s.Sysctls))
	for _, s := range v.s.Sysctls {
		lines = append(lines, fmt.Sprintf("%s = %s (was %s): %s", s.Name, s.Value, s.Was, s.Why))
	}
	v.list("SYSCTLS SET", lines)
}
