package store

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// ErrNewer means that a newer program has used the database.
var ErrNewer = errors.New("it was used by a newer program")

// A Trouble is what is wrong with the database or its disk, for who has to put
// it right.
type Trouble string

// The troubles. The empty one is an error of another kind, or none.
const (
	Full     Trouble = "full"      // there is no room on the disk
	ReadOnly Trouble = "read-only" // the file system, or the way it was opened
	Denied   Trouble = "denied"    // this user may not open the file
	Busy     Trouble = "busy"      // another process holds it
	Damaged  Trouble = "damaged"   // it is no whole database of this console
	Newer    Trouble = "newer"     // a newer program has changed its tables
	Broken   Trouble = "broken"    // the disk fails to read or write
)

// TroubleOf tells what an error of this package, of SQLite or of the system is
// about.
func TroubleOf(err error) Trouble {
	var lite sqlite3.Error
	errors.As(err, &lite)
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return ""
	case errors.Is(err, ErrNewer):
		return Newer
	case errors.Is(err, ErrDamaged) || errors.Is(err, ErrNoBackup) || lite.Code == sqlite3.ErrCorrupt || lite.Code == sqlite3.ErrNotADB:
		return Damaged
	case errors.Is(err, ErrInUse) || errors.Is(err, ErrRestoring) || lite.Code == sqlite3.ErrBusy || lite.Code == sqlite3.ErrLocked:
		return Busy
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || lite.Code == sqlite3.ErrFull ||
		lite.SystemErrno == syscall.ENOSPC || lite.SystemErrno == syscall.EDQUOT ||
		lite.ExtendedCode == sqlite3.ErrIoErrSHMSize: // the memory it shares has no place, and it does not say why
		return Full
	case errors.Is(err, syscall.EROFS) || lite.Code == sqlite3.ErrReadonly || lite.SystemErrno == syscall.EROFS:
		return ReadOnly
	case errors.Is(err, fs.ErrPermission) || lite.Code == sqlite3.ErrPerm || lite.SystemErrno == syscall.EACCES:
		return Denied
	case errors.Is(err, syscall.EIO) || lite.Code == sqlite3.ErrIoErr:
		return Broken
	}
	return ""
}

// FailureOf is TroubleOf where err may also be about other files than those of
// the database: only that a disk is full is told of these.
func FailureOf(err error) Trouble {
	trouble := TroubleOf(err)
	if lite := (sqlite3.Error{}); trouble != Full && !errors.As(err, &lite) {
		return ""
	}
	return trouble
}

// passing tells whether err is of a kind where what is written can be kept in
// memory until the disk takes it.
func passing(err error) bool {
	switch TroubleOf(err) {
	case Full, ReadOnly, Broken:
		return true
	}
	return false
}
