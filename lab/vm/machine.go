package vm

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// machine is one running QEMU.
type machine struct {
	control, input net.Conn
	console        *tail         // what the kernel said
	complaints     *tail         // what QEMU said
	spoke          chan struct{} // closed at the kernel's first word
	gone           chan struct{} // closed when QEMU has ended and its console is read
	kill           func()
}

// hardware tells whether KVM runs a whole machine here. A /dev/kvm without
// hardware virtualisation below it accepts a machine and never runs it.
func hardware() bool {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return false
	}
	flags := " " + strings.ReplaceAll(string(info), "\n", " ") + " "
	if !strings.Contains(flags, " vmx ") && !strings.Contains(flags, " svm ") {
		return false
	}
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	const createVM = 0xAE01 // KVM_CREATE_VM, linux/kvm.h
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), createVM, 0)
	if errno != 0 {
		return false
	}
	unix.Close(int(fd))
	return true
}

// arguments are QEMU's. File descriptors: 3 console, 4 control, 5 input,
// 6 initramfs.
func arguments(img image, memory int, kvm bool, forward []int) []string {
	accel := "tcg,thread=multi"
	if kvm {
		accel = "kvm"
	}
	args := []string{
		"-name", "pacu-lab", "-nodefaults", "-no-user-config", "-no-reboot",
		"-display", "none", "-monitor", "none",
		"-accel", accel, "-smp", "2", "-cpu", "max", "-m", fmt.Sprint(memory),
		"-chardev", "socket,id=console,fd=3", "-serial", "chardev:console",
		"-device", "virtio-serial-pci",
		"-chardev", "socket,id=control,fd=4", "-device", "virtserialport,chardev=control,name=" + portControl,
		"-chardev", "socket,id=input,fd=5", "-device", "virtserialport,chardev=input,name=" + portInput,
		"-device", "virtio-rng-pci",
		"-kernel", img.kernel, "-initrd", "/proc/self/fd/6",
		// A host that is busy does not emulate the timer in time for the kernel's
		// check, which would be a panic.
		"-append", "console=ttyS0 panic=-1 rdinit=/init net.ifnames=0 mitigations=off no_timer_check",
	}
	for i, d := range img.disks {
		args = append(args, "-drive", fmt.Sprintf("if=none,id=disk%d,format=raw,readonly=on,file=%s", i, strings.ReplaceAll(d.path, ",", ",,")),
			"-device", fmt.Sprintf("virtio-blk-pci,drive=disk%d", i))
	}
	if len(forward) > 0 {
		user := "user,id=host,restrict=on"
		for _, port := range forward {
			user += fmt.Sprintf(",hostfwd=tcp:127.0.0.1:%d-:%[1]d", port)
		}
		args = append(args, "-netdev", user, "-device", "virtio-net-pci,netdev=host,romfile=")
	}
	return args
}

// boot starts QEMU with the initramfs in the open file initrd.
func boot(args []string, initrd *os.File) (*machine, error) {
	m := &machine{
		console: &tail{}, complaints: &tail{},
		spoke: make(chan struct{}), gone: make(chan struct{}),
	}
	var ours []net.Conn
	var theirs []*os.File
	closeAll := func() {
		for _, f := range theirs {
			f.Close()
		}
	}
	for _, name := range []string{"console", portControl, portInput} {
		conn, f, err := socketPair(name)
		if err != nil {
			closeAll()
			return nil, err
		}
		ours, theirs = append(ours, conn), append(theirs, f)
	}
	m.control, m.input = ours[1], ours[2]
	listened := make(chan struct{})
	cmd := exec.Command("qemu-system-x86_64", args...)
	cmd.Stderr = m.complaints
	cmd.ExtraFiles = append(theirs, initrd)
	// Its own process group, so that a terminal's ^C reaches the command inside
	// through us; and dead when we die, however we die.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// Pdeathsig follows the thread, so the thread must outlive QEMU.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		closeAll()
		started <- err
		if err == nil {
			// How QEMU ended matters less than what it said: see complaints.
			_ = cmd.Wait()
			<-listened
		}
		close(m.gone)
	}()
	hangUp := func() {
		for _, c := range ours {
			c.Close()
		}
	}
	if err := <-started; err != nil {
		hangUp()
		return nil, fmt.Errorf("start machine: %w", err)
	}
	m.kill = func() {
		// It may be gone already.
		_ = cmd.Process.Kill()
		<-m.gone
		hangUp()
	}
	go func() {
		m.listen(ours[0])
		close(listened)
	}()
	return m, nil
}

// listen keeps the last words of the console and notes the first.
func (m *machine) listen(console io.Reader) {
	buf := make([]byte, 4096)
	for first := true; ; first = false {
		n, err := console.Read(buf)
		if n > 0 && first {
			close(m.spoke)
		}
		if err != nil {
			return
		}
		// A tail takes everything.
		_, _ = m.console.Write(buf[:n])
	}
}

// lastWords describes what the machine and QEMU said last.
func (m *machine) lastWords() error {
	words := strings.TrimSpace(m.complaints.String() + m.console.String())
	if words == "" {
		words = "it said nothing"
	}
	return errors.New(words)
}

// socketPair returns our end as a connection and the other as a file.
func socketPair(name string) (net.Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair for %s: %w", name, err)
	}
	our, their := os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name)
	defer our.Close()
	conn, err := net.FileConn(our)
	if err != nil {
		their.Close()
		return nil, nil, err
	}
	return conn, their, nil
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// tailSize is how much a tail keeps, in bytes: a kernel's panic fits.
const tailSize = 8 << 10

// Write implements io.Writer and never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
