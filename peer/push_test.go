package peer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"pacu/peer/peertest"
)

const newer = "serial_no = 13\nprimary = 10.0.0.1\nservice = lvs\nnetwork = nat\n"

const pushed = "connect: well, login: well, config: well, program: well, put: well, checking: well, replace: well, verify: well, reload: well"

func TestPush(t *testing.T) {
	old := hash([]byte(sample))
	tests := []struct {
		name  string
		text  string
		seen  string
		make  func(t *testing.T, r *peertest.Router, p *Peer, folder string)
		steps string
		then  string   // lvs.cf's text afterwards
		files []string // in the folder afterwards
		fails Fault
		note  string // part of the error
	}{
		{"well", newer, old, nil, pushed, newer, []string{"lvs.cf 0600"}, "", ""},
		{"to a new router", newer, NoFile, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) {
			if err := os.Remove(filepath.Join(folder, "lvs.cf")); err != nil {
				t.Fatal(err)
			}
		}, strings.Replace(pushed, "config: well", "config: well", 1), newer, []string{"lvs.cf 0640"}, "", ""},
		{"after one that lost its connection", newer, old, func(t *testing.T, _ *peertest.Router, _ *Peer, folder string) {
			left := filepath.Join(folder, stagePrefix+"ABC")
			if err := os.Mkdir(left, 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(left, "lvs.cf"), "half", 0o600)
		}, pushed, newer, []string{"lvs.cf 0600"}, "", ""},
		{"bad: moved", newer, NoFile, nil, "connect: well, login: well, config: moved", sample, []string{"lvs.cf 0600"}, Moved, ""},
		{"bad: file refused", "serial_no = 13\nservice = nonsense\n", old, nil,
			"connect: well, login: well, config: well, program: well, put: well, checking: bad-config", sample, []string{"lvs.cf 0600"}, BadConfig, "/lvs.cf:2:"},
		{"bad: no pulse", newer, old, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(string) (string, uint8) { return "sh: not found", 127 }
		}, "connect: well, login: well, config: well, program: no-pulse", sample, []string{"lvs.cf 0600"}, NoPulse, "sh: not found"},
		{"bad: another program", newer, old, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(c string) (string, uint8) {
				if strings.HasSuffix(c, "--version") {
					return peertest.Pulse(c)
				}
				return "", 0
			}
		}, "connect: well, login: well, config: well, program: well, put: well, checking: unusable", sample, []string{"lvs.cf 0600"}, Unusable, ""},
		{"bad: not reloaded", newer, old, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(c string) (string, uint8) {
				if strings.HasSuffix(c, "reload") {
					return "pulse reload: pulse is not running", 1
				}
				return peertest.Pulse(c)
			}
		}, strings.Replace(pushed, "reload: well", "reload: no-reload", 1), newer, []string{"lvs.cf 0600"}, NoReload, "pulse is not running"},
		{"bad: dies halfway", newer, old, func(_ *testing.T, r *peertest.Router, _ *Peer, _ string) {
			r.Answer = func(c string) (string, uint8) {
				if strings.Contains(c, " check ") {
					r.Cut()
				}
				return peertest.Pulse(c)
			}
		}, "connect: well, login: well, config: well, program: well, put: well, checking: lost", sample, []string{"lvs.cf 0600"}, Lost, ""},
		{"bad: somebody else writes", newer, old, func(t *testing.T, r *peertest.Router, p *Peer, _ string) {
			r.Answer = func(c string) (string, uint8) {
				if strings.Contains(c, " check ") {
					// The name is taken by a folder: nothing can be put over it.
					if err := errors.Join(os.Remove(p.Settings.Config), os.Mkdir(p.Settings.Config, 0o700)); err != nil {
						t.Error(err)
					}
				}
				return peertest.Pulse(c)
			}
		}, "connect: well, login: well, config: well, program: well, put: well, checking: well, replace: failed", "", []string{"lvs.cf 0700"}, Failed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, p, folder := newRouter(t)
			write(t, p.Settings.Config, sample, 0o600)
			if tt.make != nil {
				r.Change(func() { tt.make(t, r, p, folder) })
			}
			var steps record
			before, err := p.Push(t.Context(), []byte(tt.text), tt.seen, steps.tell)
			if diff := cmp.Diff(strings.Split(tt.steps, ", "), steps.steps); diff != "" || steps.began != len(steps.steps) {
				t.Errorf("%d began (-want +got):\n%s", steps.began, diff)
			}
			var e *Error
			if !errors.As(err, &e) != (tt.fails == "") || e != nil && (e.Fault != tt.fails || !strings.Contains(e.Error(), tt.note) || e.Fault == BadConfig && strings.Contains(e.Error(), stagePrefix)) {
				t.Errorf("%v, want %s with %q", err, tt.fails, tt.note)
			}
			if tt.fails == "" && tt.seen == old && string(before) != sample {
				t.Errorf("before: %q", before)
			}
			if diff := cmp.Diff(tt.files, names(t, folder)); diff != "" {
				t.Errorf("folder (-want +got):\n%s", diff)
			}
			if tt.then == "" {
				return
			}
			if b, err := os.ReadFile(p.Settings.Config); err != nil || string(b) != tt.then {
				t.Errorf("%v: %q", err, b)
			}
		})
	}
}

func TestPushGoneForGood(t *testing.T) {
	r, p, folder := newRouter(t)
	write(t, p.Settings.Config, sample, 0o640)
	r.Change(func() {
		r.Answer = func(c string) (string, uint8) {
			if strings.Contains(c, " check ") {
				r.Stop()
			}
			return peertest.Pulse(c)
		}
	})
	_, err := p.Push(t.Context(), []byte(newer), hash([]byte(sample)), func(Event) {})
	if err == nil || !strings.Contains(err.Error(), "left there until the next push: "+folder+"/"+stagePrefix+"*") {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(p.Settings.Config); err != nil || string(b) != sample {
		t.Errorf("%v: %q", err, b)
	}
}

// fullDisk mounts a tiny disk and fills it but for some bytes.
func fullDisk(t *testing.T, folder string, size string) {
	t.Helper()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

func TestPushDiskFull(t *testing.T) {
	_, p, folder := newRouter(t)
	fullDisk(t, folder, "64k")
	write(t, p.Settings.Config, sample, 0o640)
	long := newer + strings.Repeat("# a comment that fills the disk\n", 4<<10)
	var steps record
	_, err := p.Push(t.Context(), []byte(long), hash([]byte(sample)), steps.tell)
	var e *Error
	if !errors.As(err, &e) || e.Fault != DiskFull || e.Step != Put {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff([]string{"lvs.cf 0640"}, names(t, folder)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestPushKey(t *testing.T) {
	r, p, folder := newRouter(t)
	key := Secret{[]byte("0123456789abcdef\n")}
	var steps record
	err := p.PushKey(t.Context(), key, steps.tell)
	if os.Geteuid() != 0 {
		var e *Error
		if !errors.As(err, &e) || e.Fault != KeyOwner || len(names(t, folder)) != 0 {
			t.Errorf("%v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := "connect: well, login: well, put: well, replace: well, verify: well, reload: well"
	if diff := cmp.Diff(strings.Split(want, ", "), steps.steps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lvs.key 0600"}, names(t, folder)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"reload"}, r.Commands()); diff != "" {
		t.Errorf("ran (-want +got):\n%s", diff)
	}
	found, err := p.Look(t.Context(), key, func(Event) {})
	if err != nil || len(found.Faults) != 1 || found.Faults[0].Fault != NoConfig {
		t.Errorf("%v, %+v", err, found)
	}
}
