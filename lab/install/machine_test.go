package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/lab"
	"pacu/lab/vm"
)

const (
	// bootLimit is how long a machine may take to come up, or to go down: systemd
	// takes a dozen seconds on an emulated processor, and two come up at once.
	bootLimit = 15 * time.Minute
)

// machine is a Debian system on a host of the lab's: its own processes and
// files, and an init system as the first process.
type machine struct {
	*lab.Host
	t      *testing.T
	init   string // "systemd" or "sysv"
	cgroup string // the machines' own
	dir    string // what it writes is kept here
	deb    string // the newer package
	boots  int
	// process ends with the machine's first process; pid is that one's, as this
	// process sees it.
	process *lab.Process
	pid     int
}

// newMachine makes a machine with a fresh Debian that boots by the named init
// system. It has no power yet.
func newMachine(t *testing.T, h *lab.Host, init, cgroup, dir string) *machine {
	t.Helper()
	m := &machine{Host: h, t: t, init: init, cgroup: cgroup, dir: filepath.Join(dir, h.Name())}
	for _, d := range []string{"upper", "work", "root"} {
		if err := os.MkdirAll(filepath.Join(m.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.Setup("mount", "-t", "cgroup2", "cgroup2", lab.CgroupRoot)
	m.prepare()
	return m
}

// prepare writes what an installer would have asked for: the machine's name and
// its neighbours'; and leaves out what a container cannot have.
func (m *machine) prepare() {
	m.t.Helper()
	m.put("/etc/hostname", m.Name()+"\n", 0o644)
	m.put("/etc/inittab", inittab, 0o644)
	m.put("/etc/systemd/system.conf.d/patience.conf", patient, 0o644)
	for _, unit := range masked {
		path := filepath.Join(m.dir, "upper/etc/systemd/system", unit)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink("/dev/null", path)); err != nil {
			m.t.Fatal(err)
		}
	}
}

// masked are units for hardware and for a machine's later years.
var masked = []string{
	"getty.target", "console-getty.service", "systemd-udevd.service", "systemd-udev-trigger.service",
	"timers.target", "systemd-logind.service", "systemd-random-seed.service", "systemd-update-utmp.service",
	"e2scrub_reap.service", "systemd-networkd-wait-online.service", "systemd-remount-fs.service", "systemd-sysusers.service",
}

// patient has systemd wait for Debian's own services, on a machine that is slow,
// for longer than a minute and a half.
const patient = `[Manager]
DefaultTimeoutStartSec=15min
DefaultTimeoutStopSec=15min
`

// inittab has SysV's init start and stop the scripts of the run levels, and
// leaves out what a boot does for a machine's hardware. It tells when the scripts
// have run.
const inittab = `id:2:initdefault:
l0:0:wait:/etc/init.d/rc 0
l2:2:wait:/etc/init.d/rc 2
up:2:once:/bin/touch /run/booted
l6:6:wait:/etc/init.d/rc 6
`

// put writes a file of the machine before it boots.
func (m *machine) put(path, text string, perm os.FileMode) {
	m.t.Helper()
	path = filepath.Join(m.dir, "upper", path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), perm)); err != nil {
		m.t.Fatal(err)
	}
}

// The scripts that become a machine. Outside is run in the host's network; it
// gets the control group, the machine's folder, the Debian system and the init
// program. Inside is its child, the first process of the machine.
const (
	outside = `set -e
		echo 0 >"$0/cgroup.procs"
		exec unshare --pid --fork --kill-child --ipc --cgroup --mount sh -c "$INSIDE" "$@"`
	inside = `set -e
		mount -t overlay overlay -o "lowerdir=$1,upperdir=$0/upper,workdir=$0/work" "$0/root"
		cd "$0/root"
		mount -t proc proc proc
		mount -t sysfs -o ro sysfs sys
		mount -t cgroup2 cgroup2 sys/fs/cgroup
		mount -t tmpfs -o mode=755 tmpfs run
		mount -t tmpfs -o mode=1777 tmpfs tmp
		mount -t tmpfs -o mode=755 tmpfs dev
		mkdir dev/pts dev/shm
		mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
		mount -t tmpfs -o mode=1777 tmpfs dev/shm
		mknod -m 666 dev/null c 1 3
		mknod -m 666 dev/zero c 1 5
		mknod -m 666 dev/full c 1 7
		mknod -m 666 dev/random c 1 8
		mknod -m 666 dev/urandom c 1 9
		mknod -m 666 dev/tty c 5 0
		ln -s pts/ptmx dev/ptmx
		ln -s /proc/self/fd dev/fd
		ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
		mkdir -p lib/modules
		[ -e lib/modules/* ] || { cp -r /lib/modules/* lib/modules/ && busybox chroot . /sbin/depmod 2>/dev/null; }
		mount --move . /
		exec busybox chroot . sh -c 'exec env -i container=lab TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin '"$2"`
)

// systems are the programs of the init systems, with their arguments.
var systems = map[string]string{
	"systemd": "/lib/systemd/systemd --unit=multi-user.target --log-target=journal",
	"sysv":    "/sbin/init",
}

// boot starts the machine, which has power or gets it now.
func (m *machine) boot() {
	m.t.Helper()
	if !m.On() {
		if err := m.PowerOn(); err != nil {
			m.t.Fatal(err)
		}
	}
	m.boots++
	cgroup := filepath.Join(m.cgroup, fmt.Sprintf("%s-%d", m.Name(), m.boots))
	if err := os.Mkdir(cgroup, 0o755); err != nil {
		m.t.Fatal(err)
	}
	cmd := m.Host.Command(context.Background(), "sh", "-c", outside, cgroup, m.dir, filepath.Join(vm.DebianDir, m.init), systems[m.init])
	cmd.Env = append(os.Environ(), "INSIDE="+inside)
	p, err := m.StartCmd(cmd, m.init)
	m.process = p
	if err != nil {
		m.t.Fatal(err)
	}
	m.until(bootLimit, func(context.Context) error {
		select {
		case <-p.Done():
			m.t.Fatalf("%s: %v: %s", m.Name(), p.Wait(), p.Output())
		default:
		}
		if m.pid, err = onlyChild(p.Pid()); err != nil {
			return fmt.Errorf("%w: %s", err, p.Output())
		}
		if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", m.pid)); err != nil || strings.TrimSpace(string(comm)) == "sh" {
			return fmt.Errorf("%s: its first process is %q, %v: %s", m.Name(), comm, err, p.Output())
		}
		return nil
	})
}

// up waits until the machine has booted.
func (m *machine) up() {
	m.t.Helper()
	ask := "systemctl is-active multi-user.target"
	if m.init == "sysv" {
		ask = "test -e /run/booted"
	}
	m.until(bootLimit, func(ctx context.Context) error {
		out, err := m.command(ctx, ask).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s has not booted: %w: %s", m.Name(), err, out)
		}
		return nil
	})
}

// onlyChild is the child of a process that has one.
func onlyChild(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// command is a command for the machine's shell, as root's at a terminal.
func (m *machine) command(ctx context.Context, text string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", "--target", strconv.Itoa(m.pid),
		"--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--",
		"/usr/bin/env", "-i", "HOME=/root", "USER=root", "LOGNAME=root", "LANG=C.UTF-8", "TERM=dumb", "DEBIAN_FRONTEND=noninteractive",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "bash", "-c", "cd /root\n"+text)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// What it leaves running may hold its output open.
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// log logs what the daemons wrote to the system's log.
func (m *machine) log() {
	ctx, cancel := context.WithTimeout(context.Background(), commandLimit)
	defer cancel()
	ask := "journalctl --no-pager -o short-precise -u pulse -u lvsgui | tail -n 300; systemctl --failed; journalctl --no-pager -p warning | tail -n 30; "
	if m.init == "sysv" {
		ask = "grep -e pulse -e nanny -e lvsgui /var/log/syslog | tail -n 300; "
	}
	out, err := m.command(ctx, ask+"ps axf; pulse status").CombinedOutput()
	logf("the log of %s (%v):\n%s", m.Name(), err, out)
}

// until asks until ask is content, at most so long.
func (m *machine) until(limit time.Duration, ask func(ctx context.Context) error) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), limit)
	defer cancel()
	if err := lab.Until(ctx, 200*time.Millisecond, func() error { return ask(ctx) }); err != nil {
		m.t.Fatal(err)
	}
}
