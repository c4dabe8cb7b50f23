package realserver

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Formats are what Write can write.
func Formats() []string { return []string{"commands", "sysctl", "ifcfg", "netplan", "networkd", "all"} }

// Write writes the servers' set-up in one of Formats, each server's below a
// comment that says for whom and why. iface is the servers' own interface
// towards the routers, which the files must name where a gateway is set. In
// all formats but commands each file stands below a line "# file: PATH".
func Write(out io.Writer, servers []Server, format, iface string) error {
	if !slices.Contains(Formats(), format) {
		return fmt.Errorf("format %q: want one of %s", format, strings.Join(Formats(), ", "))
	}
	w := &writer{}
	for i := range servers {
		if i > 0 {
			w.line("")
		}
		w.head(&servers[i])
		w.body(&servers[i], format, iface)
	}
	_, err := io.WriteString(out, w.String())
	return err
}

// writer collects lines.
type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any)    { fmt.Fprintf(w, format+"\n", args...) }
func (w *writer) comment(format string, args ...any) { w.line("# "+format, args...) }
func (w *writer) file(path string)                   { w.line("\n# file: %s", path) }

// head says for whom and why.
func (w *writer) head(s *Server) {
	w.comment("real server %s", s.title())
	for _, v := range s.Serves {
		w.comment("%s", v)
	}
	for _, n := range s.Notes {
		w.comment("note: %s", n)
	}
}

func (w *writer) body(s *Server, format, iface string) {
	if len(s.Steps()) == 0 {
		w.comment("nothing to set up")
		return
	}
	for _, section := range []struct {
		name  string
		write func(w *writer)
	}{
		{"commands", func(w *writer) { writeCommands(w, s) }},
		{"sysctl", func(w *writer) { writeSysctl(w, s) }},
		{"ifcfg", func(w *writer) { writeIfcfg(w, s) }},
		{"netplan", func(w *writer) { writeNetplan(w, s, iface) }},
		{"networkd", func(w *writer) { writeNetworkd(w, s, iface) }},
	} {
		if format != "all" && format != section.name {
			continue
		}
		var text writer
		section.write(&text)
		if format == "all" && text.Len() > 0 {
			w.line("\n# ---- %s ----", section.name)
		}
		w.WriteString(text.String())
	}
	if format != "all" && format != "commands" && format != "sysctl" && len(s.settings()) > 0 {
		w.line("\n# kernel settings are needed beside this: --format sysctl prints them")
	}
}
