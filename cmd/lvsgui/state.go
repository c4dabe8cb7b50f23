package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"pacu/store"
	"pacu/web"
)

// openStore enters the state directory, and opens the database in it.
func openStore(ctx context.Context, state string) (*store.Store, error) {
	if err := enterState(state); err != nil {
		return nil, err
	}
	return store.Open(ctx, web.DatabasePath(state))
}

// enterState makes the state directory where there is none. Run as root, this
// process becomes the directory's owner: the console needs no privileges, and
// what it writes there must be its own whoever started it.
func enterState(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("state directory: %w (choose another with --state)", err)
	}
	fi, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || st.Uid == 0 {
		return nil
	}
	uid, gid, groups := int(st.Uid), int(st.Gid), []int{int(st.Gid)}
	// A uid without a name has no groups but the directory's.
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		ids, err := u.GroupIds()
		if err != nil {
			return fmt.Errorf("groups of %s: %w", u.Username, err)
		}
		groups = groups[:0]
		for _, id := range ids {
			n, err := strconv.Atoi(id)
			if err != nil {
				return fmt.Errorf("groups of %s: %w", u.Username, err)
			}
			groups = append(groups, n)
		}
		if n, err := strconv.Atoi(u.Gid); err == nil {
			gid = n
		}
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("become the owner of %s: set groups: %w", dir, err)
	}
	if err := syscall.Setgid(gid); err != nil {
		return fmt.Errorf("become the owner of %s: set group %d: %w", dir, gid, err)
	}
	if err := syscall.Setuid(uid); err != nil {
		return fmt.Errorf("become the owner of %s: set user %d: %w", dir, uid, err)
	}
	return nil
}
