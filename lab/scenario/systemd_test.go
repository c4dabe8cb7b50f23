package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"pacu/lab"
)

// An initSystem starts, stops and restarts pulse on a router.
type initSystem interface {
	// do has it done, and returns when the init system says that it is.
	do(verb string)
}

const (
	systemdPath = "/lib/systemd/systemd"
	unitDir     = "/etc/systemd/system"
	// consolePath is a FIFO: what systemd and pulse write there is a line of
	// the test's log.
	consolePath = "/run/console"
)

// systemd is systemd as the first process of a router.
type systemd struct {
	r   *router
	pid int
}

// leads has the process become the first of its own process identifiers, alone
// in a control group, and then systemd. The arguments are the control group and
// the console.
const leads = `exec unshare --pid --fork --kill-child sh -c '
	echo 0 >"$0/cgroup.procs" &&
	exec unshare --mount --mount-proc --cgroup sh -c "
		umount /sys/fs/cgroup &&
		mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
		mount --bind $1 /dev/kmsg &&
		exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin ` + systemdPath + ` --unit=multi-user.target --log-target=kmsg"
' "$0" "$1"`

// bySystemd boots the router with systemd and the unit of our package, which it
// does not start yet. cgroup is the machine's.
func (r *router) bySystemd(cgroup string) *systemd {
	r.site.t.Helper()
	t := r.site.t
	cgroup = filepath.Join(cgroup, r.Name())
	if err := os.Mkdir(cgroup, 0o755); err != nil {
		t.Fatal(err)
	}
	r.Private(unitDir)
	r.Setup("mount", "-t", "cgroup2", "cgroup2", lab.CgroupRoot)
	r.Setup("mkfifo", consolePath)
	r.site.built()
	i := &systemd{r: r}
	i.unit("pulse.service", packaged(t, "pulse.service"))
	i.unit("pulse.service.d/console.conf", []byte("[Service]\nStandardError=append:"+consolePath+"\n"))
	var err error
	// Opened for both, so that it has no end.
	if r.pulse, err = r.Host.Start("sh", "-c", "exec cat <>"+consolePath); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Host.Start("sh", "-c", leads, cgroup, consolePath); err != nil {
		t.Fatal(err)
	}
	r.site.until(func(ctx context.Context) error {
		pids := r.processes("systemd")
		if len(pids) != 1 {
			return fmt.Errorf("%s: systemd is %v", r.Name(), pids)
		}
		i.pid = pids[0]
		_, err := r.Output(ctx, "nsenter", i.systemctl("is-active", "multi-user.target")...)
		return err
	})
	return i
}

// unit gives systemd a file of its folder.
func (i *systemd) unit(name string, text []byte) {
	i.r.site.t.Helper()
	if err := i.r.WriteFile(filepath.Join(unitDir, name), text, 0o644); err != nil {
		i.r.site.t.Fatal(err)
	}
}

// systemctl are nsenter's arguments for a systemctl beside systemd.
func (i *systemd) systemctl(args ...string) []string {
	return append([]string{"--target", strconv.Itoa(i.pid), "--pid", "--mount", "--cgroup", "systemctl"}, args...)
}

// restarts says whether systemd starts a pulse again that died, as our unit
// wants it.
func (i *systemd) restarts(on bool) {
	i.r.site.t.Helper()
	const name = "pulse.service.d/restart.conf"
	if on {
		i.r.run("rm", filepath.Join(unitDir, name))
	} else {
		i.unit(name, []byte("[Service]\nRestart=no\n"))
	}
	i.r.run("nsenter", i.systemctl("daemon-reload")...)
}

func (i *systemd) do(verb string) {
	i.r.site.t.Helper()
	i.r.run("nsenter", i.systemctl(verb, "pulse.service")...)
}

// reboots has systemd reboot the router and waits until all of it has ended.
func (i *systemd) reboots() {
	i.r.site.t.Helper()
	i.r.run("nsenter", i.systemctl("--no-block", "reboot")...)
	i.r.site.until(func(context.Context) error {
		if pids := i.r.processes("systemd"); len(pids) > 0 {
			return fmt.Errorf("%s: systemd still runs", i.r.Name())
		}
		return nil
	})
}

// packaged is a file of our packages.
func packaged(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
