package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"pacu/lab/vm"
)

// Exit codes of lab itself, those of timeout(1).
const (
	statusTimeout = 124
	statusFailed  = 125
)

// workDir is where the program runs in the machine; its testdata is below.
const workDir = "/lab/run"

// execute runs the program where it can and returns the exit code.
func execute(o options, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	signals := relay(cancel)
	run := inMachine
	if !o.machine && !o.debian && hostWillDo() {
		run = onHost
	}
	exit, err := run(ctx, o, signals, stdin, stdout, stderr)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Fprintf(stderr, "lab: %s: timed out after %s\n", filepath.Base(o.args[0]), o.timeout)
		return statusTimeout
	case err != nil:
		fmt.Fprintln(stderr, "lab:", err)
		return statusFailed
	}
	return exit.Status()
}

// relay passes the process's signals on; a second wish to end cancels.
func relay(cancel func()) <-chan os.Signal {
	in, out := make(chan os.Signal, 8), make(chan os.Signal, 8)
	signal.Notify(in, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		wishes := 0
		for s := range in {
			if s == syscall.SIGINT || s == syscall.SIGTERM {
				if wishes++; wishes > 1 {
					cancel()
					continue
				}
			}
			select {
			case out <- s:
			default: // nothing is listening any more
			}
		}
	}()
	return out
}

// inMachine runs the program in a QEMU machine.
func inMachine(ctx context.Context, o options, signals <-chan os.Signal, stdin io.Reader, stdout, stderr io.Writer) (vm.Exit, error) {
	c := vm.Command{
		Args: o.args, Env: o.environment(os.Environ()), Dir: workDir,
		Files: o.with, Forward: o.forward, Debian: o.debian, Memory: o.memory,
		Stdin: stdin, Stdout: stdout, Stderr: stderr, Signals: signals,
		Say: func(format string, args ...any) { fmt.Fprintf(stderr, "lab: "+format+"\n", args...) },
	}
	if fi, err := os.Stat(o.args[0]); err == nil && fi.Mode().IsRegular() {
		inside := "/lab/bin/" + filepath.Base(o.args[0])
		c.Files[inside] = o.args[0]
		c.Args = append([]string{inside}, o.args[1:]...)
	} else if strings.Contains(o.args[0], "/") {
		return vm.Exit{}, err
	}
	if fi, err := os.Stat("testdata"); err == nil && fi.IsDir() {
		c.Files[workDir+"/testdata"] = "testdata"
	}
	c.Args, c.Fetch = testFlags(c.Args)
	return vm.Run(ctx, c)
}

// testOutputs are the flags of a test binary that name a file it writes.
var testOutputs = []string{"coverprofile", "cpuprofile", "memprofile", "blockprofile", "mutexprofile", "trace"}

// testFlags makes a test binary's flags fit the machine: files it writes go to a
// place inside and are fetched from there. The test log is left out: it tells go
// test which files of this host the outcome depends on, and without it go test
// does not cache the outcome, which is right, for it depends on the kernel.
func testFlags(args []string) (inside []string, fetch map[string]string) {
	fetch = map[string]string{}
	dir, _ := os.Getwd()
	for _, a := range args {
		if d, ok := strings.CutPrefix(a, "-test.outputdir="); ok {
			dir = d
		}
	}
	for i, a := range args {
		name, value, ok := strings.Cut(a, "=")
		switch {
		case i == 0 || !ok || !strings.HasPrefix(name, "-test."):
		case name == "-test.testlogfile", name == "-test.outputdir", name == "-test.gocoverdir":
			continue
		default:
			for _, out := range testOutputs {
				if name != "-test."+out {
					continue
				}
				host := value
				if !filepath.IsAbs(host) {
					host = filepath.Join(dir, host)
				}
				path := "/lab/out/" + out
				fetch[path] = host
				a = name + "=" + path
			}
		}
		inside = append(inside, a)
	}
	return inside, fetch
}
