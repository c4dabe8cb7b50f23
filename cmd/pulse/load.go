package main

import (
	"slices"
	"strings"

	"pacu/control"
	"pacu/lvscf"
)

// load is how nannies learn the load of v's real servers; nil: their weights
// stay as written. As in Piranha uptime is run by the words of rsh_command, rsh
// and ssh run it too, and anything else is a program, which gets the server's
// address and writes as uptime does.
func load(v *lvscf.Virtual, cfg *lvscf.Config) *control.Load {
	l := control.Load{Kind: v.LoadMonitor, Smooth: v.LoadSmooth}
	switch v.LoadMonitor {
	case "", "none":
		return nil
	case "rup", "ruptime":
	case "uptime":
		l.Program = slices.Clone(cfg.RshCommand)
	case "rsh", "ssh":
		l.Kind, l.Program = "uptime", []string{v.LoadMonitor}
	case "http":
		l.Port, l.Path = v.LoadPort, v.LoadPath
	case "agent":
		l.Port = v.LoadPort
	default:
		l.Kind, l.Program = "program", append(strings.Fields(v.LoadMonitor), "%h")
	}
	return &l
}
