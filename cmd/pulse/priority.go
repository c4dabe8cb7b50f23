package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	// urgency is pulse's nice value: a busy machine must not make its partner
	// take over. Nannies and commands run at 0.
	urgency = -15
	// beatPriority is the real-time priority of the thread that beats: the
	// lowest there is, which is above everything ordinary. It sleeps nearly
	// always.
	beatPriority = 1
	// spare processors for the Go scheduler: a heartbeat that is due finds a
	// thread at once, whatever a reload computes on the others.
	spare = 2
	// oomScore makes the kernel kill others first when memory is short.
	oomScore = -900
	// guardOOMScore is never: the guard is small, and what it is for is that
	// pulse was killed.
	guardOOMScore = -1000
)

// prefer makes the kernel prefer this process: memory that is not swapped, a
// high priority, the last to be killed for want of memory. What is not allowed
// is returned, one error each; pulse works without.
func prefer() error {
	runtime.GOMAXPROCS(runtime.NumCPU() + spare)
	return errors.Join(lockMemory(), raise(urgency), spareFromOOM(oomScore))
}

func lockMemory() error {
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
		return fmt.Errorf("lock memory: %w", err)
	}
	return nil
}

// raise sets the nice value of all threads; those to come inherit it.
func raise(nice int) error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := unix.Setpriority(unix.PRIO_PROCESS, tid, nice); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("raise the priority: %w", err)
		}
	}
	return nil
}

func spareFromOOM(score int) error {
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(strconv.Itoa(score)), 0); err != nil {
		return fmt.Errorf("be spared when memory is short: %w", plain(err))
	}
	return nil
}

// realTime gives the calling goroutine a thread of its own, scheduled before
// all that is ordinary. Processes started from it are ordinary again.
func realTime() error {
	runtime.LockOSThread()
	attr := unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: beatPriority,
		Flags: unix.SCHED_FLAG_RESET_ON_FORK,
	}
	if err := unix.SchedSetAttr(0, &attr, 0); err != nil {
		return fmt.Errorf("real-time priority for heartbeats: %w", err)
	}
	return nil
}

// ordinary gives a child that leads a process group of its own, and what it
// starts, the priority and the risk of all others.
func ordinary(pid int) {
	// It may have ended already.
	_ = unix.Setpriority(unix.PRIO_PGRP, pid, 0)
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte("0"), 0)
}
