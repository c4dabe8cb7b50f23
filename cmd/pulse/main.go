// Command pulse is Pacu's router daemon: it exchanges heartbeats with the
// partner router, holds the floating addresses while it is the active one,
// keeps the kernel's IPVS table as lvs.cf and the nannies' probes want it, and
// tells all about it on its control socket.
//
// "pulse status", "reload", "nanny", "probe", "plan", "drain", "undrain",
// "switchover", "hold" and "explain" talk to the running daemon. "pulse check",
// "fmt", "diff", "import" and "export" are about lvs.cf alone, and need neither
// root nor a daemon.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"pacu/logging"
)

// version is set by the linker.
var version = "devel"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// commands are the words that may come first; without one, pulse is the daemon.
var commands = map[string]func(args []string, stdout, stderr io.Writer) int{
	"status": statusCommand,
	"reload": reloadCommand,
	"guard":  guardCommand,

	"understudy": understudyCommand,

	"nanny": nannyCommand,
	"probe": probeCommand,

	"plan":    withStdin(planCommand),
	"drain":   drainCommand,
	"undrain": undrainCommand,
	"force":   forceCommand,

	"switchover": switchoverCommand,
	"hold":       holdCommand,
	"explain":    explainCommand,

	"doctor": doctorCommand,
	"report": reportCommand,
	"alert":  alertCommand,

	"check":  withStdin(checkCommand),
	"fmt":    withStdin(fmtCommand),
	"diff":   withStdin(diffCommand),
	"import": withStdin(importCommand),
	"export": withStdin(exportCommand),

	"keygen":            keygenCommand,
	"real-server-setup": withStdin(realServerSetupCommand),
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(args[1:], stdout, stderr)
		}
	}
	o, err := parseOptions(args, stderr)
	if err == flag.ErrHelp {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "pulse: %v\n", err)
		return 1
	}
	if o.version {
		fmt.Fprintf(stdout, "Program Version:\t%s\nA component of:\t\tPacu\n", version)
		return 0
	}
	if !o.foreground && os.Getenv(readyEnv) == "" {
		return background(args, stderr)
	}
	return daemonCommand(o, stderr)
}

func daemonCommand(o options, stderr io.Writer) int {
	nameIt("pulse")
	// A parent that went ahead of us into the background waits for one word.
	ready, complain := readiness(stderr)
	target := logging.Stderr()
	if !o.foreground {
		target = logging.Syslog
	}
	log := logging.New("pulse", target, stderr, o.verbose)

	hurry()
	preferred := prefer(workPriority)
	d, err := newDaemon(o, log)
	if err != nil {
		fmt.Fprintf(complain, "pulse: %v\n", err)
		ready("")
		return 1
	}
	defer d.close()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR2)
	ready("ok")
	if preferred != nil {
		log.Warn("pulse runs as any other process, and may beat late on a busy machine: " + oneLine("", preferred))
	}
	if err := d.run(ctx, signals); err != nil {
		log.Error(err.Error())
		return 1
	}
	return 0
}

// options are the daemon's flags.
type options struct {
	config      string
	foreground  bool
	norun       bool
	verbose     bool
	forceActive bool
	version     bool
	nanny       string // path of the nanny binary
	runDir      string // control socket and lock
	pidFile     string
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("pulse", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	both := func(p *bool, long, short, usage string) {
		fs.BoolVar(p, long, false, usage)
		if short != "" {
			fs.BoolVar(p, short, false, "the same as --"+long)
		}
	}
	fs.StringVar(&o.config, "configfile", "/etc/sysconfig/ha/lvs.cf", "the lvs.cf to run by")
	fs.StringVar(&o.config, "c", o.config, "the same as --configfile")
	both(&o.foreground, "nodaemon", "n", "stay in the foreground and log to the terminal")
	both(&o.norun, "test-start", "t", "run without changing the kernel")
	both(&o.norun, "norun", "", "the same as --test-start")
	both(&o.verbose, "verbose", "v", "log debug lines too")
	both(&o.forceActive, "forceactive", "", "start as the active router")
	both(&o.version, "version", "", "print the version")
	fs.StringVar(&o.nanny, "nanny", besideMe("nanny"), "the nanny `program`")
	fs.StringVar(&o.runDir, "run-dir", "/run/pulse", "where the control socket lives")
	fs.StringVar(&o.pidFile, "pidfile", "/var/run/pulse.pid", "written when in the background")
	fs.Usage = func() {
		fmt.Fprint(stderr, "usage: pulse [flags]           run the daemon\n"+
			"       pulse status [--json]   show what it knows\n"+
			"       pulse reload            read lvs.cf again\n"+
			"       pulse nanny [SERVER]    show the nannies and what their probes see\n"+
			"       pulse probe SERVER      probe a real server now, step by step\n"+
			"       pulse plan [FILE]       say what it would change in the kernel\n"+
			"       pulse drain SERVER      take a real server out of service\n"+
			"       pulse undrain SERVER    put it back\n"+
			"       pulse force SERVER up|down|auto\n"+
			"                               overrule its probes, or end that\n"+
			"       pulse switchover [--check] [--force]\n"+
			"                               have the other router serve\n"+
			"       pulse hold on|off       never take over, or do again\n"+
			"       pulse explain           say why this router has its role\n"+
			"       pulse doctor            say what is wrong with this router, and what to do\n"+
			"       pulse report [FILE]     collect what a bug report needs, without secrets\n"+
			"       pulse alert test        have lvsgui send a test of the alerts\n"+
			"       pulse keygen [--renew]  make the key of the heartbeats, or change it\n"+
			"       pulse check [FILE]      say what is wrong with an lvs.cf\n"+
			"       pulse fmt [-w] [FILE]   lay it out as the console would\n"+
			"       pulse diff A B          compare two by what they mean\n"+
			"       pulse import FILE       make one from keepalived.conf, ldirectord.cf or ipvsadm --save\n"+
			"       pulse export [FILE]     print one for ipvsadm or keepalived\n"+
			"       pulse real-server-setup [SERVER]\n"+
			"                               print what real servers must be set up with\n\n")
		fs.SetOutput(stderr)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if err != flag.ErrHelp {
			err = fmt.Errorf("bad argument: %w ('pulse --help' lists the flags)", err)
		}
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected arguments: %q ('pulse --help' lists the commands)", fs.Args())
	}
	return o, nil
}

func (o options) lockPath() string { return filepath.Join(o.runDir, "lock") }

// besideMe is the program of that name in the folder this one runs from, so
// that an installed set and a build folder each find their own.
func besideMe(name string) string {
	self, err := os.Executable()
	if err != nil {
		return filepath.Join("/usr/sbin", name)
	}
	return filepath.Join(filepath.Dir(self), name)
}
