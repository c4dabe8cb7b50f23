package vm

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Names of the virtio-serial ports.
const (
	portControl = "lab.control"
	portInput   = "lab.input"
)

// portLimit is how long the kernel may take to find a port.
const portLimit = 2 * time.Minute

// Uplink is the name, in the machine, of the interface that leads to the host,
// there only when ports are forwarded. Its network is QEMU's own, 10.0.2.0/24.
const Uplink = "uplink"

// Main takes over when the program was started as the first process of a
// machine, and then does not return. A program that calls Run calls it first
// thing.
func Main() {
	if os.Getpid() != 1 || os.Args[0] != "/init" {
		return
	}
	if err := guest(); err != nil {
		fmt.Fprintln(os.Stderr, "lab: machine:", err)
	}
	// Restart is an exit of the machine: it was started with -no-reboot.
	if err := unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART); err != nil {
		fmt.Fprintln(os.Stderr, "lab: machine: restart:", err)
	}
	select {}
}

func guest() error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := loadModules(); err != nil {
		return err
	}
	control, err := openPort(portControl)
	if err != nil {
		return err
	}
	input, err := openPort(portInput)
	if err != nil {
		return err
	}
	w := &frameWriter{w: control}
	s, err := readSpec()
	if err == nil {
		err = networkUp()
	}
	if err == nil {
		err = mountDisks(s.Disks)
	}
	if err != nil {
		return w.write(frameFault, []byte(err.Error()))
	}
	if err := w.write(frameHello, nil); err != nil {
		return err
	}
	end, err := runSpec(s, w, control, input)
	if err != nil {
		return w.write(frameFault, []byte(err.Error()))
	}
	for _, f := range s.Fetch {
		if err := sendFile(w, f); err != nil {
			return err
		}
	}
	b, err := json.Marshal(end)
	if err != nil {
		return err
	}
	if err := w.write(frameExit, b); err != nil {
		return err
	}
	// The host ends the machine when it has the frame; a restart would race
	// with bytes still in the port's queue.
	time.Sleep(time.Hour)
	return nil
}

func mountAll() error {
	for _, m := range []struct{ source, target, kind, data string }{
		{"proc", "/proc", "proc", ""},
		{"sysfs", "/sys", "sysfs", ""},
		{"devtmpfs", "/dev", "devtmpfs", ""},
		{"devpts", "/dev/pts", "devpts", "mode=0620,ptmxmode=0666"},
		{"tmpfs", "/dev/shm", "tmpfs", "mode=1777"},
		{"cgroup2", "/sys/fs/cgroup", "cgroup2", ""},
	} {
		if err := os.MkdirAll(m.target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.source, m.target, m.kind, 0, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	// The kernel makes / writable by all, which some programs refuse to trust.
	if err := os.Chmod("/", 0o755); err != nil {
		return err
	}
	// Or every new network namespace gets a handful of tunnel devices.
	if err := os.WriteFile("/proc/sys/net/core/fb_tunnels_only_for_init_net", []byte("1"), 0o644); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte("lab")); err != nil {
		return fmt.Errorf("set the host's name: %w", err)
	}
	for name, target := range map[string]string{"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink(target, "/dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

func loadModules() error {
	list, err := os.ReadFile(moduleList)
	if err != nil {
		return err
	}
	for path := range strings.FieldsSeq(string(list)) {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		f.Close()
		if err != nil && err != unix.EEXIST {
			return fmt.Errorf("load %s: %w", path, err)
		}
	}
	return nil
}

// openPort opens the virtio-serial port of that name. The kernel probes ports
// after the driver is loaded, so it may take a moment to be there.
func openPort(name string) (*os.File, error) {
	for end := time.Now().Add(portLimit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		names, err := filepath.Glob("/sys/class/virtio-ports/*/name")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if b, err := os.ReadFile(n); err != nil || strings.TrimSpace(string(b)) != name {
				continue
			}
			fd, err := unix.Open("/dev/"+filepath.Base(filepath.Dir(n)), unix.O_RDWR|unix.O_CLOEXEC, 0)
			if err != nil {
				return nil, fmt.Errorf("port %s: %w", name, err)
			}
			return os.NewFile(uintptr(fd), name), nil
		}
	}
	return nil, fmt.Errorf("port %s: %w", name, os.ErrNotExist)
}

func readSpec() (spec, error) {
	var s spec
	b, err := os.ReadFile(specFile)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

// networkUp sets lo up, and the interface to the host when there is one.
func networkUp() error {
	commands := []string{"link set lo up"}
	if _, err := os.Stat("/sys/class/net/eth0"); err == nil {
		commands = append(commands, "link set eth0 name "+Uplink,
			"addr add 10.0.2.15/24 dev "+Uplink, "link set "+Uplink+" up")
	}
	for _, c := range commands {
		if out, err := exec.Command("/bin/ip", strings.Fields(c)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", c, err, out)
		}
	}
	return nil
}
