package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// What a File is.
const (
	fileConfig = "lvs.cf"
	fileKey    = "key"
	fileFolder = "folder"
	fileRun    = "run folder"
	fileSocket = "socket"
	fileState  = "state folder"
)

const nonblock = unix.O_NONBLOCK

// lookAt looks at a file without opening it.
func lookAt(what, path string, f *Facts) File {
	file := File{Path: path, What: what}
	link, err := os.Lstat(path)
	if err == nil {
		file.Symlink = link.Mode()&fs.ModeSymlink != 0
		link, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		f.unseen(err.Error())
	default:
		file.Mode = link.Mode()
		if st, ok := link.Sys().(*syscall.Stat_t); ok {
			file.UID, file.GID = st.Uid, st.Gid
		}
	}
	return file
}

// collectMachine looks at the rest: other programs, clock, disks.
func collectMachine(_ context.Context, o Options, f *Facts) {
	f.Processes = processes(f)
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err == nil {
		f.Clock = Clock{Known: true, Synchronized: state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0}
	}
	for _, path := range []string{filepath.Dir(o.Config), o.State, filepath.Dir(o.Socket), "/var/log"} {
		var st unix.Statfs_t
		if unix.Statfs(path, &st) != nil || st.Blocks == 0 {
			continue // it is not there, which other rules tell of
		}
		f.Disks = append(f.Disks, Disk{Path: path, Free: st.Bavail * uint64(st.Bsize), Size: st.Blocks * uint64(st.Bsize), Inodes: st.Ffree, All: st.Files})
	}
}

// readBoot finds out what starts services below root, and which of ours.
func readBoot(root string) Boot {
	b := Boot{Enabled: map[string]bool{}}
	if st, err := os.Stat(filepath.Join(root, "run/systemd/system")); err == nil && st.IsDir() {
		b.By = "systemd"
	} else if st, err := os.Stat(filepath.Join(root, "etc/init.d")); err == nil && st.IsDir() {
		b.By = "sysv"
	}
	for _, service := range []string{"pulse", "lvsgui"} {
		for _, pattern := range []string{
			"etc/systemd/system/*.wants/" + service + ".service",
			"etc/systemd/system/*.requires/" + service + ".service",
			"etc/rc[2-5].d/S[0-9][0-9]" + service,
			"etc/rc.d/rc[2-5].d/S[0-9][0-9]" + service,
		} {
			systemd := strings.Contains(pattern, "systemd")
			if found, err := filepath.Glob(filepath.Join(root, pattern)); err == nil && len(found) > 0 && systemd == (b.By == "systemd") {
				b.Enabled[service] = true
			}
		}
	}
	return b
}

// inTheWay are programs that do what pulse does, or undo it.
var inTheWay = []string{"keepalived", "ldirectord", "lvsd", "lvs", "heartbeat", "corosync", "pacemakerd", "NetworkManager", "ipvs-m", "ipvs-b"}

// processes finds those programs in this network namespace.
func processes(f *Facts) []Process {
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		f.unseen("other programs: " + err.Error())
		return nil
	}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	var found []Process
	for _, dir := range dirs {
		comm, err := os.ReadFile(filepath.Join(dir, "comm"))
		if err != nil {
			continue // it has ended
		}
		name := strings.TrimSpace(string(comm))
		kernel, _, _ := strings.Cut(name, ":") // the sync daemons are ipvs-m:0:0
		if !slices.Contains(inTheWay, kernel) {
			continue
		}
		// Another container's are not in our way. Only root can tell.
		if ns, err := os.Readlink(filepath.Join(dir, "ns/net")); err == nil && ns != own {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err == nil {
			found = append(found, Process{name, pid})
		}
	}
	return found
}
