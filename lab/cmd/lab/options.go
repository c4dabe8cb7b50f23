package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pacu/lab/vm"
)

// options are the words of one "lab exec".
type options struct {
	args    []string // the program and its arguments
	timeout time.Duration
	memory  int // MB
	machine bool
	debian  bool
	forward []int
	with    map[string]string // path inside: path on the host
	env     []string
}

// passed are the beginnings of the names of variables that the program gets
// from this environment; the rest stays here.
var passed = []string{"GO", "PACU_", "NLDEBUG", "TZ=", "TERM=", "LANG=", "TOUR=", "NO_COLOR="}

// kept are variables that look like those but speak of this host.
var kept = []string{"GOROOT=", "GOPATH=", "GOCACHE=", "GOMODCACHE=", "GOENV=", "GOBIN=", "GOPROXY=", "GOFLAGS=", "PACU_CACHE="}

func parse(args []string, stderr io.Writer) (options, error) {
	o := options{with: map[string]string{}}
	fs := flag.NewFlagSet("lab exec", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.DurationVar(&o.timeout, "timeout", 20*time.Minute, "end the program after this `time`, start of the machine included")
	fs.IntVar(&o.memory, "memory", vm.DefaultMemory, "the machine's memory in `MB`")
	fs.BoolVar(&o.machine, "vm", false, "use a machine even where this host would do")
	fs.BoolVar(&o.debian, "debian", false, "use a machine, and bring fresh Debian systems along, below "+vm.DebianDir)
	fs.Func("forward", "make `port` of 127.0.0.1 here lead to the same port there (repeatable)", func(s string) error {
		port, err := strconv.ParseUint(s, 10, 16)
		o.forward = append(o.forward, int(port))
		return err
	})
	fs.Func("with", "bring `FILE[:PATH]` along, to PATH or /usr/sbin (repeatable)", o.bring)
	fs.Func("env", "set a variable, `NAME=VALUE` (repeatable)", func(s string) error {
		if !strings.Contains(s, "=") {
			return errors.New("wants NAME=VALUE")
		}
		o.env = append(o.env, s)
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return options{}, err
	}
	if o.args = fs.Args(); len(o.args) == 0 {
		return options{}, errors.New("no program named")
	}
	return o, nil
}

// bring notes a file or folder of this host for the machine.
func (o *options) bring(s string) error {
	host, inside, ok := strings.Cut(s, ":")
	if !ok {
		inside = "/usr/sbin/" + filepath.Base(host)
	}
	if !filepath.IsAbs(inside) {
		return fmt.Errorf("%s: not an absolute path", inside)
	}
	abs, err := filepath.Abs(host)
	if err != nil {
		return err
	}
	if _, err := os.Stat(abs); err != nil {
		return err
	}
	o.with[inside] = abs
	return nil
}

// environment is what the program gets of environ, and what was asked for.
func (o *options) environment(environ []string) []string {
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TMPDIR=/tmp", "USER=root"}
	for _, kv := range environ {
		if hasPrefix(kv, passed) && !hasPrefix(kv, kept) {
			env = append(env, kv)
		}
	}
	return append(env, o.env...)
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
