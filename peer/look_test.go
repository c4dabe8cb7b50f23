package peer

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/peer/peertest"
)

const sample = "serial_no = 12\nprimary = 10.0.0.1\nservice = lvs\nnetwork = nat\n"

// soon limits a step that hangs, and no other: how long those take is the
// machine's business.
func soon(s Step) map[Step]time.Duration { return map[Step]time.Duration{s: 50 * time.Millisecond} }

// nobody knows any name: what the machine's name server says, and when, is not
// for a test.
var nobody = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("there is no name server")
}}

func TestLook(t *testing.T) {
	ours := Secret{[]byte("the key")}
	theKey := func(t *testing.T, folder, text string, mode os.FileMode) {
		write(t, filepath.Join(folder, keyName), text, mode)
	}
	tests := []struct {
		name  string
		ours  Secret
		make  func(t *testing.T, r *peertest.Router, p *Peer, folder string)
		steps string // that ended
		found string // serial and version
		fails Fault
	}{
		{"well", ours, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) { theKey(t, folder, "the key", 0o600) },
			"connect: well, login: well, folder: well, config: well, key: well, program: well", "12 0.7.0", ""},
		{"well without our key", Secret{}, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) { theKey(t, folder, "another", 0o600) },
			"connect: well, login: well, folder: well, config: well, key: well, program: well", "12 0.7.0", ""},
		{"new router", ours, func(t *testing.T, r *peertest.Router, _ *Peer, folder string) {
			r.Answer = func(string) (string, uint8) { return "bash: no such file", 127 }
			if err := os.Remove(filepath.Join(folder, "lvs.cf")); err != nil {
				t.Fatal(err)
			}
		}, "connect: well, login: well, folder: well, config: no-config, key: no-key, program: no-pulse", "none ", ""},
		{"other key", ours, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) { theKey(t, folder, "another", 0o600) },
			"connect: well, login: well, folder: well, config: well, key: key-differs, program: well", "12 0.7.0", ""},
		{"open key", ours, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) { theKey(t, folder, "the key", 0o644) },
			"connect: well, login: well, folder: well, config: well, key: key-open, program: well", "12 0.7.0", ""},
		{"Piranha's pulse", Secret{}, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(string) (string, uint8) { return "Program Version:\t1.57\nA component of:\tpiranha\n", 0 }
		}, "connect: well, login: well, folder: well, config: well, key: well, program: unusable", "12 ", ""},
		{"no lvs.cf but a folder", Secret{}, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) {
			if err := errors.Join(os.Remove(filepath.Join(folder, "lvs.cf")), os.Mkdir(filepath.Join(folder, "lvs.cf"), 0o755)); err != nil {
				t.Fatal(err)
			}
		}, "connect: well, login: well, folder: well, config: too-long, key: well, program: well", "none 0.7.0", ""},
		{"no folder", ours, func(_ *testing.T, _ *peertest.Router, p *Peer, _ string) { p.Settings.Config = "/nowhere/lvs.cf" },
			"connect: well, login: well, folder: no-folder", "none ", ""},
		{"folder not writable", Secret{}, func(_ *testing.T, _ *peertest.Router, p *Peer, _ string) { p.Settings.Config = "/sys/kernel/lvs.cf" },
			"connect: well, login: well, folder: no-write, config: no-config, key: well, program: well", "none 0.7.0", ""},
		{"no sftp", ours, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) { r.NoSFTP = true },
			"connect: well, login: well, folder: no-sftp", "none ", ""},
		{"bad: settings", ours, func(_ *testing.T, _ *peertest.Router, p *Peer, _ string) { p.Settings.Pulse = "reboot" }, "connect: unset", "", Unset},
		{"bad: no name", ours, func(_ *testing.T, _ *peertest.Router, p *Peer, _ string) {
			p.Settings.Host, p.DialContext = "lvs-02.invalid", (&net.Dialer{Resolver: nobody}).DialContext
		}, "connect: unresolved", "", Unresolved},
		{"bad: refused", ours, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) { r.Stop() }, "connect: refused", "", Refused},
		{"bad: no ssh", ours, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Banner = "HTTP/1.0 400 Bad Request\r\n\r\n"
		}, "connect: well, login: not-ssh", "", NotSSH},
		{"bad: silent", ours, func(_ *testing.T, r *peertest.Router, p *Peer, _ string) { r.Mute, p.hurry = true, soon(Login) }, "connect: well, login: timeout", "", Timeout},
		{"bad: no identity", ours, func(_ *testing.T, _ *peertest.Router, p *Peer, _ string) { p.Identity = nil }, "connect: well, login: no-identity", "", NoIdentity},
		{"bad: key unknown there", ours, func(t *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Allowed = peertest.NewSigner(t).PublicKey()
		}, "connect: well, login: denied", "", Denied},
		{"bad: host unknown", ours, func(t *testing.T, _ *peertest.Router, p *Peer, _ string) {
			if err := p.Known.Forget(p.Settings.Address()); err != nil {
				t.Fatal(err)
			}
		}, "connect: well, login: host-unknown", "", HostUnknown},
		{"bad: host changed", ours, func(t *testing.T, r *peertest.Router, _ *Peer, _ string) { r.Host = peertest.NewSigner(t) }, "connect: well, login: host-changed", "", HostChanged},
		{"bad: dies", ours, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(string) (string, uint8) { r.Cut(); return "", 0 }
		}, "connect: well, login: well, folder: well, config: well, key: no-key, program: lost", "", Lost},
		{"bad: hangs", ours, func(t *testing.T, r *peertest.Router, p *Peer, _ string) {
			end := make(chan struct{})
			t.Cleanup(func() { close(end) })
			r.Answer = func(string) (string, uint8) { <-end; return "", 0 }
			p.hurry = soon(Program)
		}, "connect: well, login: well, folder: well, config: well, key: no-key, program: timeout", "", Timeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, p, folder := newRouter(t)
			write(t, filepath.Join(folder, "lvs.cf"), sample, 0o640)
			r.Change(func() { tt.make(t, r, p, folder) })
			var steps record
			found, err := p.Look(t.Context(), tt.ours, steps.tell)
			if diff := cmp.Diff(strings.Split(tt.steps, ", "), steps.steps); diff != "" || steps.began != len(steps.steps) {
				t.Errorf("%d began (-want +got):\n%s", steps.began, diff)
			}
			var e *Error
			if errors.As(err, &e) {
				if e.Fault != tt.fails || !strings.HasPrefix(e.Error(), p.Settings.Host+": "+e.Step.English()+": "+e.Fault.English()) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || tt.fails != "" {
				t.Fatalf("%v, want %s", err, tt.fails)
			}
			got := "none "
			if found.File != nil {
				got = found.File.Serial + " "
				if string(found.File.Text) != sample || found.File.SHA256 != hash([]byte(sample)) || found.File.Modified.IsZero() {
					t.Errorf("found %+v", found.File)
				}
			}
			if got += found.Version; got != tt.found {
				t.Errorf("found %q, want %q", got, tt.found)
			}
			for _, n := range names(t, folder) {
				if strings.HasPrefix(n, stagePrefix) {
					t.Errorf("left behind: %s", n)
				}
			}
		})
	}
}

func TestHostChangedShowsBoth(t *testing.T) {
	r, p, _ := newRouter(t)
	was := HostKey{r.Host.PublicKey()}
	r.Change(func() { r.Host = peertest.NewSigner(t) })
	_, err := p.Look(t.Context(), Secret{}, func(Event) {})
	now := HostKey{r.Host.PublicKey()}
	if err == nil || !strings.Contains(err.Error(), "confirmed: "+was.Fingerprint()) || !strings.Contains(err.Error(), "shown: "+now.Fingerprint()) {
		t.Errorf("%v", err)
	}
	shown, err := p.HostKey(t.Context())
	if err != nil || shown.Fingerprint() != now.Fingerprint() {
		t.Errorf("%v, %v", shown, err)
	}
}

func TestHostKeyFaults(t *testing.T) {
	for _, tt := range []struct {
		make func(*peertest.Router, *Peer)
		want Fault
	}{
		{func(r *peertest.Router, _ *Peer) { r.Stop() }, Refused},
		{func(r *peertest.Router, _ *Peer) { r.Banner = "220 mail ESMTP\r\n" }, NotSSH},
		{func(r *peertest.Router, p *Peer) { r.Mute, p.hurry = true, soon(Login) }, Timeout},
		{func(_ *peertest.Router, p *Peer) { p.Settings.Host = "a b" }, Unset},
	} {
		r, p, _ := newRouter(t)
		r.Change(func() { tt.make(r, p) })
		_, err := p.HostKey(t.Context())
		var e *Error
		if !errors.As(err, &e) || e.Fault != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

func TestLookThroughDialContext(t *testing.T) {
	_, p, folder := newRouter(t)
	write(t, filepath.Join(folder, "lvs.cf"), sample, 0o640)
	dialed := ""
	p.DialContext = func(_ context.Context, network, address string) (net.Conn, error) {
		dialed = address
		return net.Dial(network, address)
	}
	if _, err := p.Look(t.Context(), Secret{}, func(Event) {}); err != nil || dialed != p.Settings.Address() {
		t.Errorf("%v, dialed %q", err, dialed)
	}
}
