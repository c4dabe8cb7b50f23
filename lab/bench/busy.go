package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/lab"
)

// A busy is a router that has all to do at once, with a disk of its own that can
// be made to hang:
//
//	lvs-02 10.77.0.2 (silent)     lvs-01 10.77.0.1, 10.78.255.1
//	        |                        |                    |
//	------ 10.77.0.0/24 --- tap ------    ----- 10.78.0.0/16 -----
//	                                                      |
//	                                  servers 10.78.0.1 to .10
type busy struct {
	*lab.Cluster
	table   table
	router  *lab.Host
	tap     *tap
	pulse   *lab.Process // nil before start
	servers *lab.Host
	web     net.Listener
}

// Of the disk, which is mounted where lvs.cf is.
const (
	diskPath = "/etc/sysconfig/ha"
	diskSize = 64 << 20
	logPath  = diskPath + "/log"
	runPath  = diskPath + "/run"
)

func newBusy(t table) (*busy, error) {
	b := &busy{Cluster: lab.New("busy"), table: t}
	lan, back := b.Switch("lan"), b.Switch("back")
	b.router = b.Host("lvs-01")
	b.router.Plug(lan, "eth0", routerAddr(0).String()+"/24")
	b.router.Plug(back, "eth1", "10.78.255.1/16")
	b.router.Private(diskPath)
	b.disk()
	silent := b.Host("lvs-02")
	silent.Plug(lan, "eth0", routerAddr(1).String()+"/24")
	b.servers = b.Host("servers")
	b.servers.Plug(back, "eth1")
	for i := range t.count(0) {
		b.servers.Address("eth1", t.server(i).String()+"/16")
	}
	err := b.Err()
	if err == nil {
		b.tap, err = tapAt(lan)
	}
	if err == nil {
		b.web, err = b.servers.Listen("tcp", fmt.Sprintf(":%d", serverPort))
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// disk gives the router a file system in a file.
func (b *busy) disk() {
	image := b.router.Path("disk")
	b.router.Setup("truncate", "-s", fmt.Sprint(diskSize), image)
	b.router.Setup("mkfs.ext4", "-q", "-F", image)
	b.router.Setup("mount", "-o", "loop", image, diskPath)
}

// checks counts those that came so far. The program that listens gets none of
// their connections.
func (b *busy) checks() (int64, error) { return connections(b.servers) }

func (b *busy) close() error {
	return errors.Join(b.web.Close(), b.Cluster.Close())
}

// file is the n-th lvs.cf: each changes every server from the one before.
func (b *busy) file(n int) []byte {
	head := fmt.Sprintf("serial_no = %d\nprimary = %s\nservice = lvs\nbackup_active = 1\nbackup = %s\nheartbeat = 1\nheartbeat_port = 539\nkeepalive = %s\ndeadtime = %s\nnetwork = nat\n",
		1+n, routerAddr(0), routerAddr(1), seconds(jitterKeepalive), seconds(10*jitterKeepalive))
	return []byte(strings.NewReplacer("     check = none\n", "", "weight = 1\n", fmt.Sprintf("weight = %d\n", 1+n)).Replace(string(b.table.lvsFile(head))))
}

// write puts the n-th lvs.cf on the disk.
func (b *busy) write(ctx context.Context, n int) error {
	cmd := b.router.Command(ctx, "tee", lvsPath)
	cmd.Stdin = bytes.NewReader(b.file(n))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("write %s: %w: %s", lvsPath, err, said.String())
	}
	return nil
}

// start starts pulse, its log on the disk.
func (b *busy) start(ctx context.Context) error {
	program, err := beside("pulse")
	if err != nil {
		return err
	}
	if err := errors.Join(b.write(ctx, 0), b.router.Run("mkdir", runPath)); err != nil {
		return err
	}
	b.pulse, err = b.router.Start("sh", "-c", `exec "$0" --norun -n --run-dir "$1" 2> "$2"`, program, runPath, logPath)
	return err
}

// beside is a program of ours: beside this one, or in PATH.
func beside(name string) (string, error) {
	if self, err := os.Executable(); err == nil {
		if path := filepath.Join(filepath.Dir(self), name); isThere(path) {
			return path, nil
		}
	}
	return exec.LookPath(name)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// inside is where a file of the router is for everybody else.
func (b *busy) inside(path string) string { return fmt.Sprintf("/proc/%d/root%s", b.pulse.Pid(), path) }

func (b *busy) control() *control.Client {
	return control.NewClient(b.inside(runPath + "/control.sock"))
}

// freeze makes the disk take no more writes: who writes waits, in the kernel,
// where no signal reaches it. What it returns ends that; FIFREEZE and FITHAW of
// linux/fs.h.
func (b *busy) freeze() (thaw func() error, err error) {
	const fiFreeze, fiThaw = 0xc0045877, 0xc0045878
	disk, err := os.Open(b.inside(diskPath))
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetInt(int(disk.Fd()), fiFreeze, 0); err != nil {
		return nil, errors.Join(fmt.Errorf("freeze %s: %w", diskPath, err), disk.Close())
	}
	return sync.OnceValue(func() error {
		err := unix.IoctlSetInt(int(disk.Fd()), fiThaw, 0)
		if err != nil {
			err = fmt.Errorf("thaw %s: %w", diskPath, err)
		}
		return errors.Join(err, disk.Close())
	}), nil
}

// said are the last lines of pulse's log.
func (b *busy) said() string {
	const most = 20
	if b.pulse == nil {
		return "nothing"
	}
	text, err := b.router.Output(context.Background(), "tail", "-n", fmt.Sprint(most), logPath)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(text)
}
