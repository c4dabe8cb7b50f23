package main

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// unprivileged is the user that nannies run as: pacu-nanny where the package
// made it, else nobody. Nil, for "as pulse itself", when pulse is not root.
func unprivileged() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	c := &syscall.Credential{Uid: 65534, Gid: 65534}
	for _, name := range []string{"pacu-nanny", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if uerr == nil && gerr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return c
}
