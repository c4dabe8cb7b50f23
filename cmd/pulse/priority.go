package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	// urgency is pulse's nice value, where it may not have a real-time
	// priority: a busy machine must not make its partner take over. Nannies and
	// commands run at 0.
	urgency = -15
	// workPriority is the real-time priority of all of pulse, the lowest there
	// is, so that it does not wait behind the nannies of a machine that is busy.
	// The kernel leaves a twentieth of each processor to others whatever happens
	// (sched_rt_runtime_us). It is one for all threads: Go's scheduler spins,
	// and on a single processor one that spins for another of a lower priority
	// would do so for ever. understudyPriority is that of a process of its own.
	workPriority       = 1
	understudyPriority = 2
	// oomScore makes the kernel kill others first when memory is short.
	oomScore = -900
	// guardOOMScore is never: the guard is small, and what it is for is that
	// pulse was killed.
	guardOOMScore = -1000
)

// The main thread is main's alone: what ordinarily does to a thread ends with
// it, and the main one does not end.
func init() { runtime.LockOSThread() }

// prefer makes the kernel prefer this process: memory that is not swapped, a
// high priority, the last to be killed for want of memory. What is not allowed
// is returned, one error each; pulse works without.
func prefer(realTimePriority int) error {
	return errors.Join(lockMemory(), everyThread(func(tid int) error {
		return errors.Join(unix.Setpriority(unix.PRIO_PROCESS, tid, urgency), realTime(tid, realTimePriority))
	}), spareFromOOM(oomScore))
}

func lockMemory() error {
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
		return fmt.Errorf("lock memory: %w", err)
	}
	return nil
}

// everyThread does something with all threads; those to come inherit it.
func everyThread(do func(tid int) error) error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := do(tid); err != nil && !errors.Is(err, unix.ESRCH) {
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

// realTime has a thread go before all that is ordinary.
func realTime(tid, priority int) error {
	attr := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: uint32(priority)}
	return unix.SchedSetAttr(tid, &attr, 0)
}

// ordinarily starts a process with the priority and the risk of all others. It
// is for those that are no part of pulse: nannies, commands. What before does
// to its thread, the process inherits.
func ordinarily(cmd *exec.Cmd, before ...func() error) error {
	started := make(chan error, 1)
	go func() {
		// A child inherits from the thread that starts it. This one is not used
		// for anything else: it ends with the goroutine.
		runtime.LockOSThread()
		attr := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL}
		if err := unix.SchedSetAttr(0, &attr, 0); err != nil {
			started <- fmt.Errorf("an ordinary priority: %w", err)
			return
		}
		for _, do := range before {
			if err := do(); err != nil {
				started <- err
				return
			}
		}
		err := cmd.Start()
		if err == nil {
			// It may have ended already.
			_ = os.WriteFile("/proc/"+strconv.Itoa(cmd.Process.Pid)+"/oom_score_adj", []byte("0"), 0)
		}
		started <- err
	}()
	return <-started
}
