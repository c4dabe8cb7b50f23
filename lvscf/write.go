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

// WriteFile puts data into the file at path in one step: whoever reads it, and
// whatever fails, it holds all of what it held before or all of data, also
// after a power loss. A symbolic link is followed and stays.
//
// The file keeps its mode, and its owner as far as the caller may give it: a
// file of root's, replaced by another user, becomes that user's and keeps its
// group if the user is in it. A new file has mode 0644 less the umask.
func WriteFile(path string, data []byte) error {
	real, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		real = path
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	}
	mode := fs.FileMode(0o644)
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
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(f, old, data)
	if err == nil {
		err = os.Rename(temp, real)
	}
	if err != nil {
		os.Remove(temp)
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// fill writes data to f, gives it the mode and owner of old unless that is nil,
// and closes it, on disk.
func fill(f *os.File, old fs.FileInfo, data []byte) error {
	_, err := f.Write(data)
	if err == nil && old != nil {
		err = adopt(f, old)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
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

// syncDir puts the names in dir on disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
