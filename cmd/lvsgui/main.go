// Command lvsgui is Pacu's console: pages on port 3636 to watch a router pair
// and to change its lvs.cf.
//
//	lvsgui [--config FILE] [--listen ADDRESS] [--state DIR] [--control SOCKET] [--http] [--allow-from NETWORKS]
//	lvsgui setup [--state DIR]
//	lvsgui passwd [--state DIR] [--role ROLE] [--reset-totp] [USER]
//	lvsgui users [--state DIR]
//	lvsgui backup [--state DIR] FILE
//	lvsgui restore [--state DIR] FILE
//
// It needs no privileges: started as root it becomes the owner of its state
// directory, gives up every capability, and can write there and beside lvs.cf
// alone. Signals: SIGTERM and SIGINT end it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// version is set by the linker.
var version string

const (
	defaultState = "/var/lib/pacu"
	stateUsage   = "the `directory` of the database"
	commandLine  = "command line" // who it was, in the audit
)

// commands are what lvsgui does instead of serving.
var commands = map[string]func(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) error{
	"backup": backup, "passwd": passwd, "restore": restore, "setup": setup, "users": users,
}

// What is started by way of /proc/self/exe is "exe" to ps and killall. This is
// the main thread, whose name is the process's.
func init() {
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(unsafe.StringData("lvsgui\x00"))), 0, 0, 0)
}

func main() {
	confining = true
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is lvsgui with args; it returns the exit code: 2 for a wrong command
// line, 1 for everything else that went wrong.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	command := serve
	if len(args) > 0 {
		if c, ok := commands[args[0]]; ok {
			command, args = c, args[1:]
		}
	}
	err := command(ctx, args, stdin, stdout, stderr)
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		if usage != "" { // package flag has already said it otherwise
			fmt.Fprintln(stderr, "lvsgui:", err)
		}
		return 2
	default:
		fmt.Fprintln(stderr, "lvsgui:", err)
		return 1
	}
}

// A usageError is a mistake on the command line; empty when it has been told.
type usageError string

func (e usageError) Error() string { return string(e) }

// parse parses args, which end in at most max words that are no flags.
func parse(f *flag.FlagSet, args []string, max int) error {
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return usageError("")
	}
	if f.NArg() > max {
		return usageError(fmt.Sprintf("%q is one word too many; see lvsgui --help", f.Arg(max)))
	}
	return nil
}

func versionLine() string { return "lvsgui (Pacu) " + release() }

// release is the version of this program.
func release() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unversioned build)"
}
