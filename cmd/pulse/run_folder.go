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
	if err := os.Lchown(dir, -1, gid); err != nil {
		return fmt.Errorf("folder of the control socket: %w", err)
	}
	// The umask may be one that keeps the group out.
	info, err := os.Stat(dir)
	if err == nil {
		err = os.Chmod(dir, info.Mode().Perm()|0o050)
	}
	if err != nil {
		return fmt.Errorf("folder of the control socket: %w", err)
	}
	return nil
}
