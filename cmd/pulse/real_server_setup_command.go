package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"pacu/director"
	"pacu/director/realserver"
	"pacu/lvscf"
)

// realServerSetupCommand prints what each real server of an lvs.cf must be set
// up with. Exit 0: done; 1: the file is wrong or cannot be read, or has no such
// server; 2: wrong usage.
func realServerSetupCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("real-server-setup", `[SERVER] [--format FORMAT] [--configfile FILE]

Prints what the real servers of an lvs.cf, or SERVER alone, must be set up with
for the ways in which packets reach them: a name from lvs.cf, or an address.
FORMAT is `+strings.Join(realserver.Formats(), ", ")+`.
Exit 0: done; 1: the file is wrong, or has no such server; 2: wrong usage.
`, 0, 1, stderr)
	format := c.String("format", "commands", "`FORMAT` to print")
	iface := c.String("interface", "eth0", "the real servers' `NAME` for their interface towards the routers")
	path := c.String("configfile", theFile, "the lvs.cf; - is the standard input")
	c.StringVar(path, "c", theFile, "the same as --configfile")
	names, code, ok := c.files(args)
	if !ok {
		return code
	}
	if !slices.Contains(realserver.Formats(), *format) {
		fmt.Fprintf(stderr, "%s: --format is one of %s\n", c.Name(), strings.Join(realserver.Formats(), ", "))
		return 2
	}
	name, text, err := readText(*path, stdin)
	if err != nil {
		return c.fail(err)
	}
	cfg, ps := lvscf.Read(name, text)
	if cfg == nil {
		if err := printProblems(stderr, ps.Errors()); err != nil {
			return c.fail(err)
		}
		return 1
	}
	servers, err := realserver.For(cfg, func(h lvscf.Host, v6 bool) (netip.Addr, error) {
		return director.Resolve(context.Background(), h, v6)
	})
	if err != nil {
		return c.fail(fmt.Errorf("%s: %w", name, err))
	}
	if len(names) > 0 {
		servers = slices.DeleteFunc(servers, func(s realserver.Server) bool { return !s.Is(names[0]) })
		if len(servers) == 0 {
			return c.fail(fmt.Errorf("%s has no real server %q in an active virtual", name, names[0]))
		}
	}
	if err := realserver.Write(stdout, servers, *format, *iface); err != nil {
		return c.fail(err)
	}
	return 0
}
