package lab

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestUntil(t *testing.T) {
	no := errors.New("not yet")
	synctest.Test(t, func(t *testing.T) {
		began, asked := time.Now(), 0
		err := Until(t.Context(), time.Second, func() error {
			if asked++; asked < 4 {
				return no
			}
			return nil
		})
		if took := time.Since(began); err != nil || took != 3*time.Second {
			t.Errorf("error %v after %s, want none after 3s", err, took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := Until(ctx, time.Second, func() error { return no }); !errors.Is(err, no) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want both the last answer and the end of patience", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("it ended by itself")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(broken)
		if err := Until(ctx, time.Second, func() error { return no }); !errors.Is(err, no) || !errors.Is(err, broken) {
			t.Errorf("error %v, want both the last answer and the cause", err)
		}
	})
}
