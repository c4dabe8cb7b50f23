package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sshdPath is Debian's OpenSSH server.
const sshdPath = "/usr/sbin/sshd"

// openSSH starts an OpenSSH server on loopback that lets p's key in as the
// user who runs the test, with a pulse that is pacu's own.
func openSSH(t *testing.T) (p *Peer, folder string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("an sshd of our own needs root")
	}
	for _, program := range []string{sshdPath, "/usr/bin/ssh-keygen"} {
		if _, err := os.Stat(program); err != nil {
			t.Skipf("no OpenSSH server (Debian's openssh-server): %v", err)
		}
	}
	// sshd's own: it will not start without.
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		t.Fatal(err)
	}
	state, dir := t.TempDir(), t.TempDir()
	folder = filepath.Join(dir, "ha")
	// pulse's keeper of rules, and sshd's, look at every folder above.
	if err := errors.Join(os.Mkdir(folder, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	program := filepath.Join(dir, "pulse")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, "pacu/cmd/pulse")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("cannot build pulse: %v\n%s", err, out)
	}
	run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "host"))
	run("ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", filepath.Join(dir, "hostrsa"))
	id, err := LoadIdentity(IdentityPath(state))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "authorized_keys"), "restrict,from=\"127.0.0.1\" "+id.PublicLine()+"\n", 0o600)
	config := filepath.Join(dir, "sshd_config")
	write(t, config, fmt.Sprintf("HostKey %[1]s/host\nHostKey %[1]s/hostrsa\nAuthorizedKeysFile %[1]s/authorized_keys\n"+
		"UsePAM no\nStrictModes no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n", dir), 0o600)
	p = &Peer{
		Settings: Settings{Host: "127.0.0.1", Port: serveSSHD(t, config), User: "root", Config: filepath.Join(folder, "lvs.cf"), Pulse: program},
		Identity: id, Known: &KnownHosts{Path: KnownHostsPath(state)},
	}
	key, err := p.HostKey(t.Context())
	if err == nil {
		err = p.Known.Trust(p.Settings.Address(), key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p, folder
}

// serveSSHD starts an sshd for each connection, as inetd does, until the test
// ends, and returns the port: so nobody else can have it.
func serveSSHD(t *testing.T, config string) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, kill := context.WithCancel(context.Background())
	var said answer
	var served sync.WaitGroup
	serve := func(c *net.TCPConn) {
		defer c.Close()
		f, err := c.File()
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		sshd := exec.CommandContext(ctx, sshdPath, "-i", "-e", "-f", config)
		sshd.Stdin, sshd.Stdout, sshd.Stderr = f, f, &said
		sshd.WaitDelay = time.Minute // its children hold what it says open, and end without it
		_ = sshd.Run()               // not well where the client leaves early
	}
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { serve(c.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		kill()
		served.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", said.b)
		}
	})
	return l.Addr().(*net.TCPAddr).Port
}

// TestOpenSSH goes through all there is against the server that routers have.
func TestOpenSSH(t *testing.T) {
	p, folder := openSSH(t)
	ctx := t.Context()
	look := func(key Secret) (string, *Found) {
		t.Helper()
		var steps record
		found, err := p.Look(ctx, key, steps.tell)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(steps.steps, ", "), found
	}
	want := "connect: well, login: well, folder: well, config: no-config, key: well, program: well"
	if got, found := look(Secret{}); got != want || found.Version == "" {
		t.Errorf("empty router: %s\n%+v", got, found)
	}
	// pulse is not running there: the file is in its place all the same.
	var steps record
	before, err := p.Push(ctx, []byte(sample), NoFile, steps.tell)
	var e *Error
	if !errors.As(err, &e) || e.Fault != NoReload || before != nil {
		t.Errorf("push: %v, %q", err, before)
	}
	if diff := cmp.Diff(strings.Split(strings.Replace(pushed, "reload: well", "reload: no-reload", 1), ", "), steps.steps); diff != "" {
		t.Errorf("push (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lvs.cf 0640"}, names(t, folder)); diff != "" {
		t.Errorf("push (-want +got):\n%s", diff)
	}
	// What pulse there refuses replaces nothing, and its words come back.
	_, err = p.Push(ctx, []byte("serial_no = 13\nservice = nonsense\n"), hash([]byte(sample)), func(Event) {})
	if !errors.As(err, &e) || e.Fault != BadConfig || !strings.Contains(e.Note, "lvs.cf:2:11: error:") {
		t.Errorf("refused: %v", err)
	}
	key := Secret{[]byte(strings.Repeat("0123456789abcdef", 4) + "\n")}
	if err := p.PushKey(ctx, key, func(Event) {}); !errors.As(err, &e) || e.Fault != NoReload {
		t.Errorf("push the key: %v", err)
	}
	if diff := cmp.Diff([]string{"lvs.cf 0640", "lvs.key 0600"}, names(t, folder)); diff != "" {
		t.Errorf("push the key (-want +got):\n%s", diff)
	}
	want = "connect: well, login: well, folder: well, config: well, key: well, program: well"
	if got, found := look(key); got != want || found.File == nil || string(found.File.Text) != sample || found.File.Serial != "12" {
		t.Errorf("afterwards: %s\n%+v", got, found)
	}
}

// TestOpenSSHLink: the file behind a link is what is replaced.
func TestOpenSSHLink(t *testing.T) {
	p, folder := openSSH(t)
	elsewhere := filepath.Join(filepath.Dir(folder), "real.cf")
	write(t, elsewhere, sample, 0o604)
	if err := os.Symlink(elsewhere, p.Settings.Config); err != nil {
		t.Fatal(err)
	}
	_, err := p.Push(t.Context(), []byte(newer), hash([]byte(sample)), func(Event) {})
	var e *Error
	if !errors.As(err, &e) || e.Fault != NoReload {
		t.Fatal(err)
	}
	fi, err := os.Lstat(p.Settings.Config)
	if err != nil || fi.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", fi, err)
	}
	b, err := os.ReadFile(elsewhere)
	if fi, serr := os.Stat(elsewhere); err != nil || string(b) != newer || serr != nil || fi.Mode() != 0o604 {
		t.Errorf("%v, %v, %q, %v", err, serr, b, fi.Mode())
	}
}

// TestOpenSSHDiskFull: OpenSSH has no word for a full disk.
func TestOpenSSHDiskFull(t *testing.T) {
	p, folder := openSSH(t)
	fullDisk(t, folder, "64k")
	write(t, p.Settings.Config, sample, 0o640)
	long := newer + strings.Repeat("# a comment that fills the disk\n", 4<<10)
	_, err := p.Push(t.Context(), []byte(long), hash([]byte(sample)), func(Event) {})
	var e *Error
	if !errors.As(err, &e) || e.Fault != DiskFull {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff([]string{"lvs.cf 0640"}, names(t, folder)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}
