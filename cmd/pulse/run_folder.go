package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// controlGroup is the group that may speak to pulse, where the package made
// it; else root alone may.
func controlGroup() string {
	if _, err := user.LookupGroup("pulse"); err != nil {
		return ""
	}
	return "pulse"
}

// makeRunFolder makes the folder of the control socket where there is none, and
// opens it to group unless that is empty: to look up the socket, no more. An
// init script has nobody else to do that, and systemd gives it to root alone.
func makeRunFolder(dir, group string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if group == "" || os.Geteuid() != 0 {
		return nil
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		return fmt.Errorf("folder of the control socket: %w", err)
	}
	gid, err := strconv.Atoi(g.Gid)
	if err != nil {
		return fmt.Errorf("folder of the control socket: group %s: %w", group, err)
	}
	info, err := os.Lstat(dir)
	if err == nil && info.Mode()&0o001 != 0 {
		return nil // all may look it up, as in /tmp, which is nobody's to change
	}
	// In this order, so that no other group is let in; and the umask may be one
	// that keeps this one out.
	if err == nil {
		err = os.Lchown(dir, -1, gid)
	}
	if err == nil {
		err = os.Chmod(dir, info.Mode()|0o050)
	}
	if err != nil {
		return fmt.Errorf("folder of the control socket: %w", err)
	}
	return nil
}
