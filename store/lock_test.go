package store

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// TestLockAlone has a console at the database: one that only looks whether it can
// open it is waited for, one that stays is not.
func TestLockAlone(t *testing.T) {
	for _, tt := range []struct {
		stays time.Duration
		took  time.Duration
		want  error
	}{
		{0, 0, nil},
		{time.Second + time.Millisecond, time.Second + lockEvery, nil},
		{time.Hour, lockWithin, ErrInUse},
	} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "console.db")
			held, err := lock(path, false)
			want(t, "look", err, nil)
			leave := func() { want(t, "leave", held.Close(), nil) }
			if tt.stays == 0 {
				leave()
			} else {
				time.AfterFunc(tt.stays, leave)
			}
			began := time.Now()
			l, err := lockAlone(t.Context(), path)
			if want(t, "lock", err, tt.want); err == nil {
				want(t, "unlock", l.Close(), nil)
			}
			if took := time.Since(began); took != tt.took {
				t.Errorf("it took %v, want %v", took, tt.took)
			}
			time.Sleep(tt.stays)
		})
	}
}
