package ipvs

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// soGetInfo is IP_VS_SO_GET_INFO, a socket option of any IPv4 socket.
const soGetInfo = 64 + 1024 + 64 + 1

// Count returns how many services of IPv4 there are, marks of IPv4 among them,
// by a single system call: whoever knows how many there should be sees cheaply
// that somebody flushed the table or added to it. The kernel's count has no
// services of IPv6 (ip_vs_add_service). If the kernel has none at all, the
// error matches errors.ErrUnsupported.
func (c *Client) Count() (int, error) {
	n, err := c.count()
	if err != nil {
		return 0, fmt.Errorf("count services: %w", err)
	}
	return n, nil
}

func (c *Client) count() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counter == nil {
		return 0, errNoCount
	}
	raw, err := c.counter.SyscallConn()
	if err != nil {
		return 0, err
	}
	// struct ip_vs_getinfo is three words: the version, the size of the
	// connection table, and the number of services. So is struct ucred, which
	// package unix can fetch.
	var info *unix.Ucred
	var refused error
	if err := raw.Control(func(fd uintptr) {
		info, refused = unix.GetsockoptUcred(int(fd), unix.IPPROTO_IP, soGetInfo)
	}); err != nil {
		return 0, err
	}
	switch {
	case errors.Is(refused, unix.ENOPROTOOPT):
		return 0, errNoCount
	case errors.Is(refused, unix.EPERM):
		return 0, ErrPermission
	case refused != nil:
		return 0, busy(os.NewSyscallError("getsockopt", refused))
	}
	return int(info.Gid), nil
}

var errNoCount = &meaning{"the kernel does not count its services", []error{errors.ErrUnsupported}}

// openCounter opens a socket to ask for the count by, in the network namespace
// that netns refers to, or with 0 in this thread's.
func openCounter(netns int) (*os.File, error) {
	if netns == 0 {
		return openUDP()
	}
	var f *os.File
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Never unlocked: the thread ends with the goroutine, as nobody else
		// may find himself in the other namespace.
		runtime.LockOSThread()
		if err = unix.Setns(netns, unix.CLONE_NEWNET); err == nil {
			f, err = openUDP()
		}
	}()
	<-done
	return f, err
}

func openUDP() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	return os.NewFile(uintptr(fd), "ipvs"), nil
}
