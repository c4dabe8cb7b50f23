package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"pacu/control"
)

// clientFlags parses the flags of a command that talks to the running pulse;
// each has one of its own besides.
func clientFlags(name string, args []string, stderr io.Writer, more func(*flag.FlagSet)) (*control.Client, int) {
	fs := flag.NewFlagSet("pulse "+name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	socket := fs.String("control", "/run/pulse/control.sock", "pulse's control `socket`")
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
	if len(s.Trouble) > 0 {
		return 1
	}
	return 0
}

// printStatus writes a snapshot for people.
func printStatus(w io.Writer, s *control.Snapshot) error {
	var b strings.Builder
	ago := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return s.Taken.Sub(t).Round(100*time.Millisecond).String() + " ago"
	}
	fmt.Fprintf(&b, "%s is %s (%s), since %s: %s\n", s.Hostname, strings.ToUpper(string(s.Router.State)), s.Router.Role,
		s.Router.Since.Format(time.DateTime), s.Router.Why)
	fmt.Fprintf(&b, "pulse %s, pid %d, %s serial_no %d, %s\n", s.Version, s.Pid, s.Config.Path, s.Config.SerialNo, s.Config.Network)
	if p := s.Partner; p != nil {
		fmt.Fprintf(&b, "partner %s is %s (%s)\n", p.Address, p.State, p.Role)
		for _, path := range p.Paths {
			fmt.Fprintf(&b, "  path %-8s %s <- %s  heard %s, %d sent, %d heard, %d dropped\n",
				path.Name, path.Local, path.Remote, ago(path.LastHeard), path.Sent, path.Heard, path.Dropped)
		}
	} else {
		b.WriteString("no backup router\n")
	}
	b.WriteString("\n")

	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ADDRESS\tDEVICE\tFOR\tHERE")
	for _, a := range s.Addresses {
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
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", a.Prefix, a.Device, strings.Join(a.For, ", "), here)
	}
	t.Flush()
	b.WriteString("\n")

	t = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SERVICE / REAL SERVER\tSTATE\tWEIGHT\tKERNEL\tACTIVE\tINACTIVE\tCONN/S\tLAST PROBE")
	for _, svc := range s.Services {
		flags := svc.Scheduler
		if svc.Persistent > 0 {
			flags += " persistent " + fmt.Sprint(int(time.Duration(svc.Persistent).Seconds()))
		}
		state := "loaded"
		switch {
		case svc.Foreign:
			state = "not in lvs.cf"
		case !svc.InKernel:
			state = "not in the kernel"
		}
		fmt.Fprintf(t, "%s (%s, %s, %s)\t%s\t\t\t\t\t%d\t%s\n", svc.Key(), svc.Name, svc.Forward, flags, state, svc.Stats.ConnectionRate, svc.Error)
		for _, rs := range svc.Servers {
			kernel := "-"
			if rs.InKernel {
				kernel = fmt.Sprint(rs.KernelWeight)
			}
			probe := rs.Why
			if !rs.Probed.IsZero() {
				probe = ago(rs.Probed) + ": " + rs.Why
			}
			fmt.Fprintf(t, "  %s %s:%d\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", rs.Name, rs.Address, rs.Port, rs.Health, rs.Weight, kernel,
				rs.Active, rs.Inactive, rs.Stats.ConnectionRate, probe)
		}
	}
	t.Flush()
	if len(s.Trouble) > 0 {
		b.WriteString("\nTROUBLE\n")
		for _, line := range s.Trouble {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
