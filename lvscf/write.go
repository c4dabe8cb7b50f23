package lvscf

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ErrUnsure means that a file holds what was written, and that this may not
// outlive a loss of power: its folder could not be put on disk.
var ErrUnsure = errors.New("it is written, but may be as before after a loss of power")

// WriteFile puts data into the file at path in one step: whoever reads it, and
// whatever fails, it holds all of what it held before or all of data, also
// after a power loss. A symbolic link is followed and stays.
//
// The file keeps its mode, and its owner as far as the caller may give it: a
// file of root's, replaced by another user, becomes that user's and keeps its
// group if the user is in it. A new file has mode 0640 and, if the caller may
// give it that, the group of its folder: lvs.cf may hold passwords of probes.
//
// After an error the file is as it was, unless the error matches ErrUnsure.
func WriteFile(path string, data []byte) error {
	real, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		real = path
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	}
	old, err := os.Lstat(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	case !old.Mode().IsRegular():
		return fmt.Errorf("write %s: it is no regular file", path)
	}
	dir, name := filepath.Split(real)
	if dir == "" {
		dir = "."
	}
	temp := filepath.Join(dir, "."+name+"."+rand.Text()+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, newMode)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(f, dir, old, data)
	if err == nil {
		err = os.Rename(temp, real)
	}
	if err != nil {
		os.Remove(temp)
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("write %s: %w: %w", path, ErrUnsure, err)
	}
	return nil
}

// newMode is that of a file which was not there.
const newMode = fs.FileMode(0o640)

// fill writes data to f, gives it the mode and owner of old, or where that is
// nil those of a new file in dir, and closes it, on disk.
func fill(f *os.File, dir string, old fs.FileInfo, data []byte) error {
	_, err := f.Write(data)
	switch {
	case err != nil:
	case old != nil:
		err = adopt(f, old)
	default:
		err = settle(f, dir)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// settle gives a new file its mode, whatever the umask, and the group of dir if
// that is allowed.
func settle(f *os.File, dir string) error {
	folder, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if st, ok := folder.Sys().(*syscall.Stat_t); ok {
		if err := f.Chown(-1, int(st.Gid)); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return f.Chmod(newMode)
}

// adopt gives f the owner and mode of old, the owner if that is allowed.
func adopt(f *os.File, old fs.FileInfo) error {
	if st, ok := old.Sys().(*syscall.Stat_t); ok {
		uid, gid := int(st.Uid), int(st.Gid)
		if err := f.Chown(uid, gid); errors.Is(err, fs.ErrPermission) {
			err = f.Chown(-1, gid)
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	return f.Chmod(old.Mode().Perm()) // after chown, which may clear bits
}

// syncDir puts the names in dir on disk. Tests have it fail.
var syncDir = func(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
