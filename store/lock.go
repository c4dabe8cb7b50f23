package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// What a lock may be refused for.
var (
	ErrInUse     = errors.New("the database is in use")
	ErrRestoring = errors.New("the database is being restored")
)

// lock locks the database at path against a restore, or, exclusively, for
// one. The lock is on a file of its own: SQLite's locks on the database would
// be lost when this process closed the file. The kernel drops the lock when
// the process ends, however that is.
func lock(path string, exclusive bool) (*os.File, error) {
	how, refused := unix.LOCK_SH, ErrRestoring
	if exclusive {
		how, refused = unix.LOCK_EX, ErrInUse
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = refused
		} else {
			err = fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

const (
	// lockWithin is how long a restore waits for a database that is in use: a
	// console that is closed looks every few seconds whether it can open it, for
	// a moment, and tells the operator to restore it meanwhile.
	lockWithin = 3 * time.Second
	lockEvery  = 10 * time.Millisecond
)

// lockAlone locks the database at path for a restore.
func lockAlone(ctx context.Context, path string) (*os.File, error) {
	began := time.Now()
	for {
		l, err := lock(path, true)
		if !errors.Is(err, ErrInUse) || time.Since(began) >= lockWithin {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockEvery):
		}
	}
}
