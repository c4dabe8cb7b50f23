package control

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mostGroups is how many groups of a peer are looked at; the kernel knows no
// user with more (NGROUPS_MAX).
const mostGroups = 65536

// Accept returns the next connection of who may speak: root, the user of this
// process, and the members of the socket's group. The mode of the socket says
// the same; so it is not enough to change that. Others are told and sent away.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if err := l.admit(c); err == nil {
			return c, nil
		} else {
			_ = reply(c, Reply{Error: err.Error()}) // it fits into the socket's buffer
			_ = c.Close()
		}
	}
}

// admit says why the process at the other end may not speak.
func (l *listener) admit(c *net.UnixConn) error {
	p, err := peerOf(c)
	if err != nil {
		return err
	}
	if p.UID == 0 || int(p.UID) == os.Geteuid() || p.GID == l.group {
		return nil
	}
	groups, err := groupsOf(c)
	if err != nil {
		return err
	}
	if slices.Contains(groups, l.group) {
		return nil
	}
	return fmt.Errorf("%v may not speak here: root and the members of group %d may", p, l.group)
}

// groupsOf returns the further groups of the process at the other end
// (SO_PEERGROUPS, Linux 4.13). An older kernel has none to tell.
func groupsOf(c *net.UnixConn) ([]uint32, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 64*4)
	var errno unix.Errno
	for {
		size := uint32(len(buf))
		if err := raw.Control(func(fd uintptr) {
			_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_PEERGROUPS,
				uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&size)), 0)
		}); err != nil {
			return nil, err
		}
		switch {
		case errno == unix.ERANGE && int(size) > len(buf) && size <= mostGroups*4:
			buf = make([]byte, size)
			continue
		case errors.Is(errno, unix.ENOPROTOOPT):
			return nil, nil
		case errno != 0:
			return nil, fmt.Errorf("peer's groups: %w", errno)
		}
		groups := make([]uint32, 0, size/4)
		for b := buf[:size]; len(b) >= 4; b = b[4:] {
			groups = append(groups, binary.NativeEndian.Uint32(b))
		}
		return groups, nil
	}
}
