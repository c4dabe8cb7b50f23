package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/lab"
	"pacu/lab/vm"
)

// onThisHost runs a shell script with onHost.
func onThisHost(t *testing.T, ctx context.Context, o options, signals <-chan os.Signal, stdin, script string) (vm.Exit, string, error) {
	t.Helper()
	if err := lab.Check(); err != nil {
		t.Skip("no network namespaces here: ", err)
	}
	var out bytes.Buffer
	o.args = []string{"sh", "-c", script}
	exit, err := onHost(ctx, o, signals, strings.NewReader(stdin), &out, io.Discard)
	return exit, out.String(), err
}

func TestKernelOnHost(t *testing.T) {
	exit, out, err := onThisHost(t, t.Context(), options{}, nil, "in\n", `ip -o link show up; cat; exit 3`)
	if err != nil || exit != (vm.Exit{Code: 3}) || !strings.HasPrefix(out, "1: lo:") || !strings.HasSuffix(out, "\nin\n") || strings.Count(out, "\n") != 2 {
		t.Fatalf("%+v, %q, %v", exit, out, err)
	}
	exit, _, err = onThisHost(t, t.Context(), options{}, nil, "", `kill -9 $$`)
	if err != nil || exit.Status() != 137 {
		t.Fatalf("killed: %+v, %v", exit, err)
	}
}

func TestKernelOnHostTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, _, err := onThisHost(t, ctx, options{}, nil, "", `sleep 1000 & sleep 1000`); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("ended with %v", err)
	}
}

func TestKernelOnHostForward(t *testing.T) {
	if err := lab.Check(); err != nil {
		t.Skip("no network namespaces here: ", err)
	}
	// Not one of those that the kernel gives to connections: who asks such a one
	// again and again connects to himself one day.
	const port = 19999
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	signals := make(chan os.Signal, 1)
	go func() {
		for ctx.Err() == nil {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				continue
			}
			b, _ := io.ReadAll(c)
			c.Close()
			if string(b) == "from inside\n" {
				signals <- syscall.SIGTERM
				return
			}
		}
	}()
	o := options{args: []string{self, "-test.run=^TestServe$"}, forward: []int{port}, env: []string{fmt.Sprintf("LAB_SERVE=:%d", port)}}
	exit, err := onHost(ctx, o, signals, strings.NewReader(""), io.Discard, io.Discard)
	if err != nil || exit.Signal != int(syscall.SIGTERM) {
		t.Fatalf("%+v, %v", exit, err)
	}
}

// TestServe is what TestKernelOnHostForward runs.
func TestServe(t *testing.T) {
	address := os.Getenv("LAB_SERVE")
	if address == "" {
		t.Skip("for TestKernelOnHostForward")
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(c, "from inside")
		c.Close()
	}
}
