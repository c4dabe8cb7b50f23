package heartbeat

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// keyFileSize is the most of a key file that is read, in bytes.
const keyFileSize = 64 << 10

// ReadKeys reads the key file at path. It must be a regular file, not a
// symbolic link, owned by root or by who asks, and open to nobody else. If
// there is none the error matches os.ErrNotExist; all errors name path.
func ReadKeys(path string) ([]Key, error) {
	// Never block on a pipe that somebody put there.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("%s: is a symbolic link: put the file itself there", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if err := checkKeyFile(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileSize+1))
	if err != nil {
		return nil, err // it names the file
	}
	if len(text) > keyFileSize {
		return nil, fmt.Errorf("%s: longer than %d bytes: it is no key file", path, keyFileSize)
	}
	keys, err := ParseKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

func checkKeyFile(f *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return errors.New("is not a regular file")
	case st.Mode&0o077 != 0:
		return fmt.Errorf("mode %04o lets others read or change the key: chmod 600 %s", st.Mode&0o7777, f.Name())
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("belongs to user %d, who could change the key: chown root %s", st.Uid, f.Name())
	}
	return nil
}

// CreateKeys writes a new key file at path, mode 0600, in one step and onto
// the disk. If there is anything the error matches os.ErrExist; all errors name
// path.
func CreateKeys(path string, keys []Key) error { return writeKeys(path, keys, os.Link) }

// ReplaceKeys puts keys in place of those in the key file at path, mode 0600,
// in one step and onto the disk. The errors name path.
func ReplaceKeys(path string, keys []Key) error { return writeKeys(path, keys, os.Rename) }

// writeKeys writes a file beside path, which place then gives the name.
func writeKeys(path string, keys []Key, place func(from, to string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // where it is not renamed
	_, err = f.WriteString(FormatKeys(keys))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = place(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// syncFolder puts the names in dir onto the disk.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
