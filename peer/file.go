package peer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// readRegular reads a regular file of at most max bytes, no link, of which
// check says that it is as it should be.
func readRegular(path string, max int64, check func(unix.Stat_t) error) ([]byte, error) {
	// Never block on a pipe that somebody put there.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ELOOP) {
		return nil, errors.New("is a symbolic link: put the file itself there")
	}
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, errors.New("is not a regular file")
	}
	if err := check(st); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > max {
		return nil, fmt.Errorf("is longer than %d bytes", max)
	}
	return b, nil
}

// onlyOurs refuses a file that others than we and root can read or change.
func onlyOurs(st unix.Stat_t) error {
	switch {
	case st.Mode&0o077 != 0:
		return fmt.Errorf("mode %04o lets others read or change it: chmod 600", st.Mode&0o7777)
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("belongs to user %d, who could change it", st.Uid)
	}
	return nil
}

// writeFile puts b at path, mode 0600, in one step and onto the disk.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // where it is not renamed
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
