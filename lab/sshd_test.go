package lab

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/peer"
)

// TestKernelSSH pushes an lvs.cf and a key from one machine to another over
// OpenSSH's sshd, as the consoles of a pair do.
func TestKernelSSH(t *testing.T) {
	if err := errors.Join(Check(), CheckSSH()); err != nil {
		t.Skip(err)
	}
	pulse, err := exec.LookPath("pulse")
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n := New("ssh")
	defer n.Close()
	n.OnLine = func(l Line) { t.Logf("%s %s", l.Host, l.Text) }
	lan := n.Switch("lan")
	here, there := n.Host("lvs-01"), n.Host("lvs-02")
	here.Plug(lan, "eth0", "10.10.1.31/24")
	there.Plug(lan, "eth0", "10.10.1.32/24")
	there.Private("/etc/sysconfig/ha")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	id, err := peer.LoadIdentity(peer.IdentityPath(state))
	if err != nil {
		t.Fatal(err)
	}
	if err := there.Authorize(`restrict,from="10.10.1.31" ` + id.PublicLine()); err != nil {
		t.Fatal(err)
	}
	if err := there.StartSSH(ctx); err != nil {
		t.Fatal(err)
	}
	s := peer.Defaults("10.10.1.32")
	s.Pulse = pulse
	p := &peer.Peer{Settings: s, Identity: id, Known: &peer.KnownHosts{Path: peer.KnownHostsPath(state)}, DialContext: here.DialContext}
	key, err := p.HostKey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Known.Trust(s.Address(), key); err != nil {
		t.Fatal(err)
	}
	const text = "serial_no = 1\nprimary = 10.10.1.31\nservice = lvs\nnetwork = nat\n"
	var steps []string
	tell := func(e peer.Event) {
		if e.Ended {
			t.Logf("%s: %s, %v", e.Step, e.Note, e.Error)
			steps = append(steps, string(e.Step))
		}
	}
	// Nobody runs pulse there yet, so nobody loads it.
	var fault *peer.Error
	if _, err := p.Push(ctx, []byte(text), peer.NoFile, tell); !errors.As(err, &fault) || fault.Fault != peer.NoReload {
		t.Fatal(err)
	}
	if diff := cmp.Diff("connect login config program put checking replace verify reload", strings.Join(steps, " ")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b, err := os.ReadFile(there.Path("/etc/sysconfig/ha/lvs.cf"))
	if err != nil || string(b) != text {
		t.Errorf("%v: %q", err, b)
	}
	config := filepath.Join(t.TempDir(), "lvs.cf")
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "lvs.key"), []byte(strings.Repeat("0123456789abcdef", 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	secret, err := peer.ReadSecret(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.PushKey(ctx, secret, tell); !errors.As(err, &fault) || fault.Fault != peer.NoReload {
		t.Fatal(err)
	}
	found, err := p.Look(ctx, secret, tell)
	if err != nil || len(found.Faults) > 0 || found.File == nil || string(found.File.Text) != text {
		t.Errorf("%v: %+v", err, found)
	}
}
