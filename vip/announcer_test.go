package vip

import (
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A full queue is waited for, a time that is over before the first packet does
// not count.
func TestSendSoon(t *testing.T) {
	c, far := socketPair(t)
	send := func(fd int) error { return unix.Send(fd, []byte("x"), unix.MSG_DONTWAIT) }
	empty := func() {
		for err := error(nil); err == nil; {
			_, err = unix.Read(far, make([]byte, 1))
		}
	}
	var err error
	for err == nil {
		err = sendSoon(c, time.Nanosecond, send)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the queue is full: %v", err)
	}
	empty()
	if err := sendSoon(c, 0, send); err != nil {
		t.Errorf("there is room again: %v", err)
	}
	for err = nil; err == nil; {
		err = sendSoon(c, time.Nanosecond, send)
	}
	tries := 0
	err = sendSoon(c, testWait, func(fd int) error {
		tries++
		err := send(fd)
		if err != nil {
			empty()
		}
		return err
	})
	if err != nil || tries < 2 {
		t.Errorf("room while it waits: %v after %d tries", err, tries)
	}
	if err := sendSoon(c, 0, func(int) error { return unix.ENETDOWN }); !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("refused: %v", err)
	}
}
