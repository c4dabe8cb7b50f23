package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"pacu/control"
	"pacu/probe"
)

// defaultReentry is Piranha's for lvs.
const defaultReentry = 180

// options are nanny's flags: Piranha's, and those that pulse gives.
type options struct {
	controlFD int    // -1: by itself
	address   string // only for people who read ps
	once      bool
	json      bool

	interval, reentry int // seconds
	server, virtual   netip.Addr
	port, realPort    uint16
	mark              uint32
	weight            int
	forward           string
	send, expect      *string
	regex, quiesce    bool
	udp               bool
	program           []string
	scale             int
	load              *control.Load

	norun, verbose, version bool
	foreground, nofork      bool
	syslog                  bool
}

func (o *options) underPulse() bool { return o.controlFD >= 0 }

// background is true when nanny is to leave the terminal and has not yet.
func (o *options) background() bool { return !o.underPulse() && !o.once && !o.foreground && !o.nofork }

// raw are the flags whose text needs a second look.
type raw struct {
	server, virtual, method, program string
	send, expect                     text
	port, realPort, mark             uint
	literal, lvs, fos                bool
	load                             string
}

// A text is a flag that knows whether it was given: an empty expect is not
// the same as none.
type text struct{ value *string }

// String is the text, for package flag.
func (t text) String() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// Set takes any text.
func (t *text) Set(s string) error { t.value = &s; return nil }

func flags(o *options, r *raw) *flag.FlagSet {
	fs := flag.NewFlagSet("nanny", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller says what went wrong, once
	two := func(define func(name, usage string), long, short, usage string) {
		define(long, usage)
		if short != "" {
			define(short, "the same as --"+long)
		}
	}
	number := func(p *int, value int, long, short, usage string) {
		two(func(n, u string) { fs.IntVar(p, n, value, u) }, long, short, usage)
	}
	natural := func(p *uint, value uint, long, short, usage string) {
		two(func(n, u string) { fs.UintVar(p, n, value, u) }, long, short, usage)
	}
	word := func(p *string, value, long, short, usage string) {
		two(func(n, u string) { fs.StringVar(p, n, value, u) }, long, short, usage)
	}
	given := func(p *text, long, short, usage string) {
		two(func(n, u string) { fs.Var(p, n, u) }, long, short, usage)
	}
	is := func(p *bool, long, short, usage string) {
		two(func(n, u string) { fs.BoolVar(p, n, false, u) }, long, short, usage)
	}

	number(&o.controlFD, -1, "control-fd", "", "take orders from pulse on this file `descriptor`; then only --norun, --syslog and --verbose count")
	word(&o.address, "", "address", "", "with --control-fd: the `server` watched at first, and how many more, for ps to show")
	is(&o.once, "once", "", "carry out the orders on the standard input, which are pulse's, once, and show each step; ends with status 0 if all is up")

	word(&r.server, "", "server", "h", "`address` of the real server")
	word(&r.virtual, "", "virtaddress", "V", "`address` of the virtual server")
	natural(&r.port, 80, "port", "p", "`port` of the virtual server")
	natural(&r.realPort, 0, "rport", "r", "`port` of the real server, the virtual server's by default")
	natural(&r.mark, 0, "fwmark", "f", "firewall `mark` of the virtual server, in place of its address and port")
	is(&o.udp, "udp", "u", "the service is udp")
	word(&r.method, "m", "method", "M", "forwarding `method`: m (masquerading), g (direct), i (tunnel)")
	number(&o.weight, 1, "weight", "w", "`weight` of the real server")
	is(&o.quiesce, "quiesce_server", "q", "keep a failed server at weight 0 instead of removing it")

	is(&o.json, "json", "", "with --once: one line of JSON for each probe")

	number(&o.interval, 10, "interval", "t", "`seconds` between probes, and limit of each of their steps")
	number(&o.reentry, 0, "reentrytime", "a", "`seconds` a failed server must answer before it is used again; 0 is 180")
	given(&r.send, "send_string", "s", "`text` to send")
	given(&r.expect, "expect_string", "x", "`text` that the answer must begin with; * is any")
	is(&o.regex, "regex", "", "the expected text is a POSIX extended regular expression")
	is(&r.literal, "suppress", "T", "leave backslashes in the texts alone")
	word(&r.program, "", "send_program", "e", "`program` to run instead; the words %h and %p become the server's address and port")

	is(&o.foreground, "nodaemon", "n", "stay in the foreground and log to the terminal")
	is(&o.nofork, "nofork", "c", "do not go to the background, but log to syslog")
	is(&o.syslog, "syslog", "", "log to syslog")
	is(&o.verbose, "verbose", "v", "log every probe")
	is(&o.norun, "test-start", "", "probe, but leave the kernel alone")
	is(&o.norun, "norun", "", "the same as --test-start")
	is(&o.version, "version", "", "print the version")
	is(&r.lvs, "lvs", "", "watch a server of a virtual service (the default)")
	is(&r.fos, "fos", "", "refused: failover services are not nanny's")
	word(&r.load, "none", "loadcmd", "U", "how to learn the server's load, that its weight follows: rup, ruptime, rsh, ssh, none, or a `program`")
	number(&o.scale, probe.PiranhaScale, "scale", "S", "highest `multiple` of the weight under --loadcmd")
	two(func(n, u string) { fs.String(n, "", u) }, "ipvsadm", "I", "ignored: nanny speaks to the kernel itself")
	return fs
}

// parseOptions reads the command line. Help goes to stdout and returns
// flag.ErrHelp; -h is the server's address, as Piranha has it.
func parseOptions(args []string, stdout io.Writer) (*options, error) {
	o, r := &options{}, &raw{}
	fs := flags(o, r)
	fs.Usage = func() {}
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(stdout)
		fmt.Fprint(stdout, "usage: nanny -h ADDRESS -V ADDRESS [flags]   watch one real server\n"+
			"       nanny --control-fd N [flags]         watch what pulse says\n"+
			"       nanny --once [--json]                probe once what pulse says\n\n")
		fs.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("bad argument: %w", err)
	case fs.NArg() > 0:
		return nil, fmt.Errorf("unexpected arguments: %s", strings.Join(fs.Args(), " "))
	case o.once && o.underPulse():
		return nil, errors.New("--once: not with --control-fd")
	case o.json && !o.once:
		return nil, errors.New("--json: only with --once")
	case o.version || o.once || o.underPulse():
		return o, nil
	}
	o.syslog = o.syslog || !o.foreground
	return o, o.fill(r)
}

// fill checks what package flag cannot.
func (o *options) fill(r *raw) error {
	var err error
	switch {
	case r.fos:
		return errors.New("--fos: failover services are not nanny's")
	case r.server == "":
		return errors.New("no address supplied; use --help for help")
	case r.port == 0 || r.port > 65535:
		return fmt.Errorf("--port %d: not a port", r.port)
	case r.realPort > 65535:
		return fmt.Errorf("--rport %d: not a port", r.realPort)
	case r.mark > 1<<32-1:
		return fmt.Errorf("--fwmark %d: more than 32 bits", r.mark)
	case o.weight < 0 || o.weight > 65535:
		return fmt.Errorf("--weight %d: not from 0 to 65535", o.weight)
	case o.interval < 1 || o.interval > 86400:
		return fmt.Errorf("--interval %d: not from 1 to 86400 seconds", o.interval)
	case o.scale < 1 || o.scale > 1000:
		return fmt.Errorf("--scale %d: not from 1 to 1000", o.scale)
	case o.reentry < 0 || o.reentry > 86400:
		return fmt.Errorf("--reentrytime %d: not from 0 to 86400 seconds", o.reentry)
	case o.udp && r.program == "" && (r.send.value == nil || r.expect.value == nil):
		return errors.New("--udp: nothing to check without --send_string and --expect_string, or --send_program")
	}
	if o.server, err = address(r.server); err != nil {
		return err
	}
	switch {
	case r.virtual != "":
		if o.virtual, err = address(r.virtual); err != nil {
			return err
		}
	case r.mark == 0:
		return errors.New("--virtaddress: needed without --fwmark")
	case o.server.Is6():
		o.virtual = netip.IPv6Unspecified()
	default:
		o.virtual = netip.IPv4Unspecified()
	}
	o.port, o.realPort, o.mark = uint16(r.port), uint16(r.realPort), uint32(r.mark)
	if o.realPort == 0 {
		o.realPort = o.port
	}
	if o.reentry == 0 {
		o.reentry = defaultReentry
	}
	method := strings.TrimPrefix(r.method, "-")
	var ok bool
	if o.forward, ok = map[string]string{"m": "nat", "g": "direct", "i": "tunnel"}[method]; !ok {
		return fmt.Errorf("--method %s: want m, g or i", r.method)
	}
	o.send, o.expect = r.send.value, r.expect.value
	if !r.literal {
		o.send, o.expect = unescaped(o.send), unescaped(o.expect)
	}
	o.program = strings.Fields(r.program)
	o.load = loadCommand(r.load, o.scale)
	return nil
}

// loadCommand is how Piranha's --loadcmd learns the load; nil: not at all.
func loadCommand(text string, scale int) *control.Load {
	words := strings.Fields(text)
	if len(words) == 0 || text == "none" {
		return nil
	}
	l := control.Load{Kind: "program", Scale: scale}
	switch words[0] {
	case "rup", "ruptime":
		l.Kind = words[0]
	case "rsh", "ssh":
		l.Kind, l.Program = "uptime", words
	default:
		l.Program = append(words, "%h")
	}
	return &l
}

func address(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return a, fmt.Errorf("bad IP address -- %s", s)
	}
	return a.Unmap(), nil
}

var escapes = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\\`, `\`, `\'`, "'", `\"`, `"`)

// unescaped translates the escapes Piranha knows and leaves other backslashes.
func unescaped(s *string) *string {
	if s == nil {
		return nil
	}
	u := escapes.Replace(*s)
	return &u
}

// order says the same as the flags, in pulse's words.
func (o *options) order() control.Order {
	protocol := "tcp"
	if o.udp {
		protocol = "udp"
	}
	return control.Order{Server: o.server, Watches: []control.Watch{{
		Protocol: protocol, Address: o.virtual, Port: o.port, FWMark: o.mark, RealPort: o.realPort,
		Forward: o.forward, Weight: o.weight, Quiesce: o.quiesce,
		Interval: control.Duration(time.Duration(o.interval) * time.Second),
		Reentry:  control.Duration(time.Duration(o.reentry) * time.Second),
		Checks:   []control.Check{{Send: o.send, Expect: o.expect, Regex: o.regex, Program: o.program}},
		Load:     o.load,
	}}}
}
