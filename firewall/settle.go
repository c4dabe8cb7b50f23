package firewall

import "golang.org/x/sys/unix"

// membarrierGlobal is MEMBARRIER_CMD_GLOBAL of linux/membarrier.h.
const membarrierGlobal = 1

// settle waits until every packet that was on its way through the hooks has
// left them, which takes some milliseconds. A packet reads the list of chains
// once, and then which of their rules are valid: one that a busy processor holds
// up in between, with a list from before the stand-in, would find the old chain
// without rules.
//
// Packets read the list under RCU, and membarrier(2) waits for a grace period of
// RCU. A kernel that has none for us (nohz_full) leaves that instant as it was.
func settle() { _, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, membarrierGlobal, 0, 0) }
