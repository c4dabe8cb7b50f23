package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confining is set by main alone: to be confined the process starts anew,
// which a test's must not.
var confining bool

// confinedKey is the variable by which the process knows that it is confined.
const confinedKey = "LVSGUI_CONFINED"

// confine takes from the process, for good, every capability, the way to new
// ones (no_new_privs, prctl(2)), and all writing to the file system but below
// the folders given (landlock(7)). What a kernel without Landlock cannot do is
// told as unconfined, which is no error.
//
// All of that counts for one thread, and threads are Go's to make; so the
// process starts itself anew from the thread that has it.
func confine(writable ...string) (unconfined string, err error) {
	if !confining {
		return "", nil
	}
	if done, ok := os.LookupEnv(confinedKey); ok {
		return done, os.Unsetenv(confinedKey)
	}
	runtime.LockOSThread() // to the end: exec comes, or the error ends the process
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return "", fmt.Errorf("confine: no new privileges: %w", err)
	}
	if unconfined, err = landlock(writable); err != nil {
		return "", fmt.Errorf("confine: landlock: %w", err)
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&head, &none[0]); err != nil {
		return "", fmt.Errorf("confine: drop capabilities: %w", err)
	}
	err = unix.Exec("/proc/self/exe", os.Args, append(os.Environ(), confinedKey+"="+unconfined))
	return "", fmt.Errorf("confine: start anew: %w", err)
}

// The rights to write of each version of Landlock (linux/landlock.h), the
// first being 1.
var landlockWrites = []uint64{
	unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM,
	unix.LANDLOCK_ACCESS_FS_REFER,
	unix.LANDLOCK_ACCESS_FS_TRUNCATE,
}

// landlock restricts the calling thread. It says why a kernel cannot, or which
// folder is not there.
func landlock(writable []string) (unable string, err error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
	case unix.ENOSYS, unix.EOPNOTSUPP:
		return "this kernel has no Landlock, so that only file modes bound what lvsgui may write", nil
	default:
		return "", errno
	}
	var writes uint64
	for _, w := range landlockWrites[:min(int(version), len(landlockWrites))] {
		writes |= w
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: writes}
	rules, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0)
	if errno != 0 {
		return "", errno
	}
	defer unix.Close(int(rules))
	for _, dir := range writable {
		switch err := allow(int(rules), dir, writes); {
		case errors.Is(err, unix.ENOENT):
			unable = fmt.Sprintf("%s does not exist: make it, and start lvsgui again", dir)
		case err != nil:
			return "", fmt.Errorf("%s: %w", dir, err)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules, 0, 0); errno != 0 {
		return "", errno
	}
	return unable, nil
}

// allow adds to rules that dir and all below it may be written.
func allow(rules int, dir string, writes uint64) error {
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_CLOEXEC|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	beneath := unix.LandlockPathBeneathAttr{Allowed_access: writes, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&beneath)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
