package vip

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"

	"github.com/mdlayher/socket"
	"golang.org/x/sys/unix"
)

// words is the text of err, or nothing.
func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0); err != nil {
		t.Fatal(err)
	}
}

func testMAC(t testing.TB, s string) net.HardwareAddr {
	t.Helper()
	mac, err := net.ParseMAC(s)
	if err != nil {
		t.Fatal(err)
	}
	return mac
}

// farInterface is eth0 of the namespace that the thread is in.
func farInterface(t testing.TB) *net.Interface {
	t.Helper()
	i, err := net.InterfaceByName("eth0")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// unheeded asks until three questions were answered, each after the answers to
// the one before were here for a while, and wants none to be taken for an answer.
func unheeded(t *testing.T, what string, answered <-chan bool, ask func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	go func() {
		defer cancel()
		for range 3 {
			select {
			case <-answered:
			case <-ctx.Done():
			}
		}
	}()
	if err := ask(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%s: %v", what, err)
	}
}

// socketPair is a socket, and the descriptor of its other end, which does not
// block.
func socketPair(t *testing.T) (near *socket.Conn, far int) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(ends[1]) })
	near, err = socket.New(ends[0], "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close() })
	return near, ends[1]
}
