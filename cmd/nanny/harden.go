package main

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kept is what a nanny under pulse needs: to weigh servers in the kernel's
// table, and to mark packets.
const kept = 1 << unix.CAP_NET_ADMIN

// harden has this process gain no privileges any more. With drop it keeps of
// its capabilities only kept; a nanny by itself leaves them to the programs it
// runs, as Piranha does. Filters of system calls go no further here: a nanny
// must be able to start programs and to open any socket.
//
// What pulse starts has nothing to give up any more, and nothing is done.
func harden(drop bool) error {
	has, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if has == 0 {
		if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
			return fmt.Errorf("no new privileges: %w", errno)
		}
	}
	if !drop {
		return nil
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var now [2]unix.CapUserData // of the capabilities 0 to 31, and the higher ones
	if err := unix.Capget(&head, &now[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	set := func(c uint32) unix.CapUserData {
		return unix.CapUserData{Effective: now[0].Effective & c, Permitted: now[0].Permitted & c, Inheritable: now[0].Inheritable & c}
	}
	less := [2]unix.CapUserData{set(kept), {}}
	if less == now {
		return nil
	}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&less[0])), 0)
	if errno != 0 {
		return fmt.Errorf("give up capabilities: %w", errno)
	}
	return nil
}
