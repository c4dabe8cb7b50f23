package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// ErrInUse means that another process already answers on the socket.
var ErrInUse = errors.New("another process answers on this socket")

// Listen makes the unix socket at path: only root, the user of this process and
// group may speak, by its mode, 0660, and by whom the kernel says they are. An
// empty group leaves the process's own. The socket appears whole
// or not at all. A socket that a dead process left is replaced; where somebody
// answers the error matches ErrInUse. What is not a socket, and a folder in
// which anyone may put a socket of his own (even a sticky one), are refused.
// The listener removes the socket when closed.
func Listen(path, group string) (net.Listener, error) {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("control socket %s: %w", path, err)
	}
	if err := checkFree(path); err != nil {
		return nil, fmt.Errorf("control socket %s: %w", path, err)
	}
	// Made under another name, for between bind and chmod its mode is the
	// umask's.
	made := path + ".new"
	if err := os.Remove(made); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l.SetUnlinkOnClose(false) // it would unlink the other name
	gid, err := publish(made, path, group)
	if err != nil {
		_ = l.Close()
		_ = os.Remove(made)
		return nil, fmt.Errorf("control socket %s: %w", path, err)
	}
	return &listener{UnixListener: l, path: path, group: uint32(gid)}, nil
}

type listener struct {
	*net.UnixListener
	path  string
	group uint32
}

// Close stops listening and removes the socket.
func (l *listener) Close() error {
	err := l.UnixListener.Close()
	if errors.Is(err, net.ErrClosed) {
		return err // by now the path may be a successor's
	}
	return errors.Join(err, os.Remove(l.path))
}

func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o002 != 0 {
		return fmt.Errorf("everyone may write to %s", dir)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d, who could put a socket of his own there", dir, st.Uid)
	}
	return nil
}

// checkFree is nil where nothing is, or a socket nobody answers on.
func checkFree(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("it exists and is not a socket")
	}
	c, err := net.Dial("unix", path) // which never waits
	if err == nil {
		_ = c.Close()
		return ErrInUse
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	return fmt.Errorf("is it in use? %w", err)
}

// publish gives the socket its mode, group and name, and returns the group.
func publish(made, path, group string) (gid int, err error) {
	if err := os.Chmod(made, 0o660); err != nil {
		return 0, err
	}
	gid = os.Getegid()
	if group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			return 0, err
		}
		if gid, err = strconv.Atoi(g.Gid); err != nil {
			return 0, fmt.Errorf("group %s: %w", group, err)
		}
		if err := os.Chown(made, -1, gid); err != nil {
			return 0, err
		}
	}
	return gid, os.Rename(made, path)
}
