package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"pacu/lab"
)

// forward makes a port of 127.0.0.1 lead to the same port in the network
// namespace of process pid, until ctx ends.
func forward(ctx context.Context, pid, port int) error {
	ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return fmt.Errorf("forward port %d: %w", port, err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	l, err := net.Listen("tcp", address)
	if err != nil {
		ns.Close()
		return fmt.Errorf("forward port %d: %w", port, err)
	}
	context.AfterFunc(ctx, func() { l.Close() })
	go func() {
		defer ns.Close()
		lab.Relay(l, func() (net.Conn, error) { return dialIn(ctx, ns, address) })
	}()
	return nil
}

// dialIn connects from within the network namespace ns.
func dialIn(ctx context.Context, ns *os.File, address string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	got := make(chan result, 1)
	go func() {
		// The thread stays in the namespace and is left to die: never unlocked.
		runtime.LockOSThread()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			got <- result{nil, err}
			return
		}
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", address)
		got <- result{c, err}
	}()
	r := <-got
	return r.conn, r.err
}
