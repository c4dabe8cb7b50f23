package vm

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

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
