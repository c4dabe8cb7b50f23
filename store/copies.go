package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// The copies of the database at PATH are PATH + CopySuffix, and the one before.
const (
	CopySuffix   = ".good"
	beforeSuffix = CopySuffix + ".1"
)

// copyEvery is how old the newest copy gets.
const copyEvery = 24 * time.Hour

// KeepCopy makes a copy of the database beside it where the last one is a day
// old, so that there is something to restore when it is damaged. Two are kept,
// with mode 0600. made tells whether it made one. A database that is damaged
// replaces no copy, and none is made where the disk has not twice the room for
// it: the error matches unix.ENOSPC then.
func (s *Store) KeepCopy(ctx context.Context) (made bool, err error) {
	latest, next := s.path+CopySuffix, s.path+CopySuffix+".new"
	fi, err := os.Lstat(latest)
	switch age := time.Duration(0); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, fmt.Errorf("keep a copy: %w", err)
	default:
		age = s.now().Sub(fi.ModTime())
		if age >= 0 && age < copyEvery { // below 0 the clock was set back
			return false, nil
		}
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep a copy of %s: %w", s.path, errors.Join(err, remove(next)))
		}
	}()
	if err := s.room(); err != nil {
		return false, err
	}
	if err := s.check(ctx); err != nil {
		return false, err
	}
	if err := remove(next); err != nil { // of one that was cut off
		return false, err
	}
	if err := s.Backup(ctx, next); err != nil {
		return false, err
	}
	if err := renameIfThere(latest, s.path+beforeSuffix); err != nil {
		return false, err
	}
	if err := os.Rename(next, latest); err != nil {
		return false, err
	}
	return true, syncDir(filepath.Dir(s.path))
}

// room tells whether the disk has it for a copy.
func (s *Store) room() error {
	fi, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(s.path), &disk); err != nil {
		return err
	}
	if free := int64(disk.Bavail) * disk.Bsize; free < 2*fi.Size() {
		return fmt.Errorf("%w: %d bytes are free", unix.ENOSPC, free)
	}
	return nil
}

// A Copy is one that KeepCopy made.
type Copy struct {
	Path string
	Made time.Time
}

// Copies returns the copies of the database at path, the latest first.
func Copies(path string) []Copy {
	var list []Copy
	for _, suffix := range []string{CopySuffix, beforeSuffix} {
		if fi, err := os.Lstat(path + suffix); err == nil && fi.Mode().IsRegular() {
			list = append(list, Copy{path + suffix, fi.ModTime()})
		}
	}
	return list
}
