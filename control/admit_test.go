package control

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestAdmit has processes of several users connect to a socket that anyone may
// open: who it is for alone is let in.
func TestAdmit(t *testing.T) {
	if path := os.Getenv("CONTROL_TEST_SOCKET"); path != "" {
		speak(t, path)
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("root alone can be others")
	}
	const group = 4711
	path := socketPath(t)
	made, err := Listen(path, "")
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*listener)
	defer l.Close()
	l.group = group
	// Neither the folder nor the mode of the socket keeps anyone out.
	for name, mode := range map[string]os.FileMode{path: 0o666, path[:strings.LastIndex(path, "/")]: 0o755} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("in\n"))
			_ = c.Close()
		}
	}()
	more := make([]uint32, 200) // than are asked for at first
	for i := range more {
		more[i] = uint32(10000 + i)
	}
	self, err := os.Open("/proc/self/exe") // which the others need not be able to reach
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	for _, c := range []struct {
		name string
		who  syscall.Credential
		in   bool
	}{
		{"another user", syscall.Credential{Uid: 4712, Gid: 4712}, false},
		{"with groups", syscall.Credential{Uid: 4712, Gid: 4712, Groups: more}, false},
		{"in the group", syscall.Credential{Uid: 4712, Gid: group}, true},
		{"in the group among others", syscall.Credential{Uid: 4712, Gid: 4712, Groups: append(more, group)}, true},
		{"root", syscall.Credential{}, true},
	} {
		cmd := exec.CommandContext(t.Context(), "/proc/self/fd/3", "-test.run=^TestAdmit$")
		cmd.Dir = "/"
		cmd.ExtraFiles = []*os.File{self}
		cmd.Env = []string{"CONTROL_TEST_SOCKET=" + path}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &c.who}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", c.name, err, out)
		}
		if in := bytes.HasPrefix(out, []byte("in\n")); in != c.in || !in && !bytes.Contains(out, []byte("may not speak here")) {
			t.Errorf("%s: %s", c.name, out)
		}
	}
}

// TestForeignFolder has a folder that another user could put a socket into.
func TestForeignFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("root alone gives folders away")
	}
	path := socketPath(t)
	dir := path[:strings.LastIndex(path, "/")]
	if err := os.Chown(dir, 4712, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(path, ""); err == nil || !strings.Contains(err.Error(), "belongs to user 4712") {
		t.Errorf("%v", err)
	}
}

// speak is what the other process does: it shows what it is told.
func speak(t *testing.T, path string) {
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(c); err != nil {
		t.Fatal(err)
	}
	os.Stdout.Write(b.Bytes())
}
