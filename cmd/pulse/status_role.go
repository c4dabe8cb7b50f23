package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/control"
)

// router is who this router is, and what hinders it.
func (v *statusText) router() {
	s, r := v.s, v.s.Router
	v.printf("%s is %s (%s)%s, since %s: %s\n", s.Hostname, strings.ToUpper(string(r.State)), r.Role,
		after(", ", r.Phase), r.Since.Format(time.DateTime), r.Why)
	v.printf("pulse %s, pid %d, %s serial_no %d%s\n", s.Version, s.Pid, s.Config.Path, s.Config.SerialNo, after(", ", s.Config.Network))
	for _, fault := range r.Faults {
		v.printf("unfit: %s\n", fault)
	}
	if r.Blind {
		v.printf("blind: its probes reach no real server, the partner's do\n")
	}
	if r.Held {
		v.printf("held: it never takes over; 'pulse hold off' ends that\n")
	}
	if r.Preempt {
		v.printf("preempt: it takes the active role back when it is fit\n")
	}
	if s.Partner == nil {
		v.printf("no backup router\n")
		return
	}
	switch {
	case r.Key == "":
		v.printf("heartbeats: without a key, so anyone on their network can forge them; see 'pulse keygen'\n")
	case r.KeyOld:
		v.printf("heartbeats: key %s, and an older one is accepted\n", r.Key)
	default:
		v.printf("heartbeats: key %s\n", r.Key)
	}
	v.partner(s.Partner)
}

// partner is the other router, and the paths to it.
func (v *statusText) partner(p *control.Partner) {
	v.printf("partner %s is %s (%s)%s", p.Address, p.State, p.Role, after(", ", p.Phase))
	if p.Keyed {
		if p.Faults > 0 {
			v.printf(", unfit (degree %d)", p.Faults)
		}
		if p.Held {
			v.printf(", held")
		}
		v.printf(", serial_no %d", p.SerialNo)
		if p.Servers > 0 {
			v.printf(", %d of %d real servers up", p.ServersUp, p.Servers)
		}
	}
	v.printf("\n")
	if p.OtherVersion(v.s.Version) {
		v.printf("  it runs %s, this router Pacu %s: that works; install the same on both\n", partnersVersion(p), v.s.Version)
	}
	if p.ConfigDiffers {
		path, there := v.s.Config.Path, p.Address.String()
		if p.Address.Is6() {
			there = "[" + there + "]" // as scp wants it
		}
		v.printf("  its lvs.cf differs from ours; to push ours: scp %s %s:%s, then 'pulse reload' there\n", path, there, path)
	}
	for _, path := range p.Paths {
		silent := ""
		if path.Silent {
			silent = "SILENT, "
		}
		v.printf("  path %-8s %s <- %s  %sheard %s, %d sent, %d heard, %d dropped%s%s\n",
			path.Name, path.Local, path.Remote, silent, v.ago(path.LastHeard), path.Sent, path.Heard, path.Dropped,
			droppedFor(path.DroppedFor), after(": ", path.Error))
	}
}

// after is s behind a separator, or nothing.
func after(separator, s string) string {
	if s == "" {
		return ""
	}
	return separator + s
}

// droppedFor is why packets were dropped, " (2 replayed, 1 another key)", the
// most frequent first.
func droppedFor(dropped map[string]uint64) string {
	if len(dropped) == 0 {
		return ""
	}
	list := slices.SortedFunc(maps.Keys(dropped), func(a, b string) int {
		return cmp.Or(cmp.Compare(dropped[b], dropped[a]), cmp.Compare(a, b))
	})
	for i, why := range list {
		list[i] = fmt.Sprintf("%d %s", dropped[why], why)
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// fitness is what this router's fitness hangs on, and connection sync.
func (v *statusText) fitness() {
	s := v.s
	v.table(len(s.Witnesses)+len(s.Scripts)+len(s.Links), "FITNESS\tHOW\tSTATE\tSINCE\tWHY", func(w io.Writer) {
		for _, l := range s.Links {
			fmt.Fprintf(w, "link %s\tcarrier\t%s\t\t\n", l.Name, well(l.Up))
		}
		for _, x := range s.Witnesses {
			fmt.Fprintf(w, "witness %s\t%s\t%s\t%s\t%s\n", x.Address, x.How, well(x.OK), v.since(x.Since), x.Why)
		}
		for _, x := range s.Scripts {
			fmt.Fprintf(w, "script %s\t%s\t%s\t%s\t%s\n", x.Name, x.Took, well(x.OK), v.since(x.Since), x.Why)
		}
	})
	if y := s.Sync; y != nil {
		state := "running"
		if !y.Running {
			state = "NOT running"
		}
		v.printf("\nconnection sync: %s on %s, id %d, %s; %d connections here, %d on the partner\n",
			y.Role, y.Interface, y.ID, state, y.Connections, y.Partner)
	}
}

// failovers are the services that the active router runs itself.
func (v *statusText) failovers() {
	v.table(len(v.s.Failovers), "FAILOVER\tADDRESS\tSTATE\tHEALTH\tSINCE\tWHY", func(w io.Writer) {
		for _, f := range v.s.Failovers {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, netip.AddrPortFrom(f.Address, f.Port), f.State, f.Health, v.since(f.Since), f.Why)
		}
	})
}

// takeover is the last change of role, step by step.
func (v *statusText) takeover() {
	if len(v.s.Takeovers) == 0 {
		return
	}
	t := v.s.Takeovers[0]
	lines := make([]string, 0, len(t.Steps))
	for _, step := range t.Steps {
		lines = append(lines, fmt.Sprintf("%8.1f ms  %s", float64(step.At.Sub(t.Steps[0].At).Microseconds())/1000, step.What))
	}
	v.list(fmt.Sprintf("LAST CHANGE OF ROLE: %s, %s: %s", t.To, t.Began.Format(time.DateTime), t.Why), lines)
}

// since is the time since t, or nothing.
func (v *statusText) since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.ago(t)
}

func well(ok bool) string {
	if ok {
		return "ok"
	}
	return "FAILS"
}
