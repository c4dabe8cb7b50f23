package main

import (
	"context"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pacu/heartbeat"
)

// TestLifesign has the heartbeat live, hang, and live again.
func TestLifesign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		told, loop := 0, make(chan struct{}, 1) // who has the loop's seat keeps it busy
		l := &lifesign{10 * time.Second, func(context.Context, heartbeat.Event) {
			loop <- struct{}{}
			<-loop
		}, func() { told++ }}
		done := make(chan error)
		go func() { done <- l.run(ctx) }()

		time.Sleep(35 * time.Second)
		synctest.Wait()
		if told != 3 {
			t.Errorf("a pulse that lives said so %d times in 35 s", told)
		}
		loop <- struct{}{}
		time.Sleep(time.Minute)
		synctest.Wait()
		if told != 3 {
			t.Errorf("a pulse that hangs said %d times that it lives", told-3)
		}
		<-loop
		synctest.Wait()
		if told < 4 {
			t.Error("a pulse that lives again does not say so")
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestLifesignEnvironment(t *testing.T) {
	for _, c := range []struct {
		name, usec, pid string
		every           time.Duration
		bad             bool
	}{
		{name: "nobody watches"},
		{name: "systemd watches us", usec: "30000000", pid: strconv.Itoa(os.Getpid()), every: 10 * time.Second},
		{name: "systemd watches another", usec: "30000000", pid: "1"},
		{name: "no number", usec: "soon", pid: strconv.Itoa(os.Getpid()), bad: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, value := range map[string]string{"WATCHDOG_USEC": c.usec, "WATCHDOG_PID": c.pid} {
				t.Setenv(name, value)
				if value == "" {
					os.Unsetenv(name)
				}
			}
			l, err := newLifesign(nil)
			if (err != nil) != c.bad || l.every != c.every {
				t.Errorf("every %v, %v", l.every, err)
			}
			if v, ok := os.LookupEnv("WATCHDOG_USEC"); ok {
				t.Errorf("WATCHDOG_USEC=%s is left to others", v)
			}
		})
	}
}
