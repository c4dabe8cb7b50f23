package probe

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// A programLimit is what a program and each of its children may use at most.
type programLimit struct {
	resource int
	most     uint64
}

// programLimits are enough for an interpreter and too little to harm the
// router. The group is killed when time is up; the seconds of processor time
// are for what has left the group.
func programLimits(timeout time.Duration) []programLimit {
	return []programLimit{
		{unix.RLIMIT_DATA, 512 << 20}, // bytes; not RLIMIT_AS: many reserve more addresses than they use
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_NOFILE, 1024},
		{unix.RLIMIT_CPU, uint64(timeout/time.Second) + 2}, // one to round up, one of slack
	}
}

// limitProgram limits a process that has just started, and what it starts from
// then on: limits belong to processes, so nobody can have only the child start
// with them. Limits that are lower already stay; a process that has ended needs
// none.
func limitProgram(pid int, timeout time.Duration) error {
	for _, l := range programLimits(timeout) {
		var had unix.Rlimit
		err := unix.Prlimit(pid, l.resource, nil, &had)
		if err == nil && (had.Cur > l.most || had.Max > l.most) {
			err = unix.Prlimit(pid, l.resource, &unix.Rlimit{Cur: min(had.Cur, l.most), Max: min(had.Max, l.most)}, nil)
		}
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
