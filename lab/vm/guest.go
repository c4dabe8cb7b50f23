package vm

import (
	"encoding/json"
	"fmt"
	"io"
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
	time.Sleep(10 * time.Second)
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
	for range 500 {
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
		time.Sleep(10 * time.Millisecond)
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

// runSpec runs the command to its end and then kills whatever it left running,
// so that nothing holds its output open.
func runSpec(s spec, w *frameWriter, control, input io.Reader) (exit, error) {
	inR, inW, err := os.Pipe()
	if err != nil {
		return exit{}, err
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		return exit{}, err
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		return exit{}, err
	}
	for _, kv := range s.Env {
		if path, ok := strings.CutPrefix(kv, "PATH="); ok {
			if err := os.Setenv("PATH", path); err != nil {
				return exit{}, err
			}
		}
	}
	path, err := exec.LookPath(s.Args[0])
	if err != nil {
		return exit{}, err
	}
	p, err := os.StartProcess(path, s.Args, &os.ProcAttr{
		Dir: s.Dir, Env: s.Env, Files: []*os.File{inR, outW, errW},
	})
	if err != nil {
		return exit{}, err
	}
	inR.Close()
	outW.Close()
	errW.Close()
	go feed(input, inW)
	go obey(control, p.Pid)
	drained := make(chan error, 2)
	for _, c := range []struct {
		kind byte
		from *os.File
	}{{frameOut, outR}, {frameErr, errR}} {
		go func() {
			_, err := io.Copy(stream{w, c.kind}, c.from)
			drained <- err
		}()
	}
	end, err := reap(p.Pid)
	if err != nil {
		return exit{}, err
	}
	// The first process itself is not among those that kill(-1) reaches.
	if err := unix.Kill(-1, unix.SIGKILL); err != nil && err != unix.ESRCH {
		return exit{}, fmt.Errorf("kill what is left: %w", err)
	}
	for range 2 {
		if err := <-drained; err != nil {
			return exit{}, err
		}
	}
	return end, nil
}

// reap waits for every orphan, as the first process must, until pid ends.
func reap(pid int) (exit, error) {
	for {
		var status unix.WaitStatus
		got, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return exit{}, fmt.Errorf("wait: %w", err)
		case got == pid && status.Signaled():
			return exit{Signal: int(status.Signal())}, nil
		case got == pid && status.Exited():
			return exit{Code: status.ExitStatus()}, nil
		}
	}
}

// feed copies standard input to the command until its end. A command that no
// longer reads is not an error.
func feed(input io.Reader, to io.WriteCloser) {
	defer to.Close()
	for {
		kind, p, err := readFrame(input)
		if err != nil || kind != frameIn || len(p) == 0 {
			return
		}
		if _, err := to.Write(p); err != nil {
			return
		}
	}
}

// obey passes on the signals the host sends.
func obey(control io.Reader, pid int) {
	for {
		kind, p, err := readFrame(control)
		if err != nil {
			return
		}
		if kind == frameSignal && len(p) == 1 {
			// The process may have ended already; reap tells.
			_ = unix.Kill(pid, unix.Signal(p[0]))
		}
	}
}

// sendFile sends a file in parts. A file that is not there is not sent.
func sendFile(w *frameWriter, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	buf := make([]byte, maxFrame/2)
	for {
		n, err := io.ReadFull(f, buf)
		if n > 0 {
			b, err := json.Marshal(file{Path: path, Data: buf[:n]})
			if err != nil {
				return err
			}
			if err := w.write(frameFile, b); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
