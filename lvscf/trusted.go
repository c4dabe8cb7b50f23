package lvscf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrLink is a symbolic link that ReadTrusted does not follow.
var ErrLink = errors.New("it is a symbolic link of another user")

// ReadTrusted is ReadFile for a process with more rights than those who may
// write to the folder of path, as the console may: it follows a symbolic link
// there only if root or the caller made it, and from that no further one. So
// nobody can have it read, and tell of, a file that he may not read himself.
//
// Errors are as of ReadFile, and match ErrLink.
func ReadTrusted(path string, max int64) ([]byte, error) {
	f, err := openOwn(path)
	if errors.Is(err, unix.ELOOP) {
		var to string
		if to, err = trustedLink(path); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		switch f, err = openOwn(to); {
		case errors.Is(err, unix.ELOOP):
			return nil, fmt.Errorf("read %s: %w: it is a link to a link, %s: link to the file itself", path, ErrNoFile, to)
		case errors.Is(err, unix.ENOENT):
			return nil, fmt.Errorf("read %s: %w: it is a symbolic link to %s, which is not there", path, ErrNoFile, to)
		}
	}
	if errors.Is(err, unix.ENXIO) { // a socket
		return nil, fmt.Errorf("read %s: %w", path, ErrNoFile)
	}
	if err != nil {
		return nil, err // it names the file
	}
	return readOpen(f, path, max)
}

// openOwn opens what is at path itself, and does not wait.
func openOwn(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
}

// trustedLink is where the symbolic link at path leads. Its owner and its
// target are read by way of one descriptor: path may be another file meanwhile.
func trustedLink(path string) (string, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return "", err
	}
	if st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%w, %d: put the file itself there", ErrLink, st.Uid)
	}
	to := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", to)
	if err != nil {
		return "", err
	}
	if target := string(to[:n]); filepath.IsAbs(target) {
		return target, nil
	}
	return filepath.Join(filepath.Dir(path), string(to[:n])), nil
}
