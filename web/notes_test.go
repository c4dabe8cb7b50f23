package web

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestOtherVersions has pulse and the partner run others than this console.
func TestOtherVersions(t *testing.T) {
	s, p := newConsole(t, true)
	p.mu.Lock()
	p.snap.Version, p.snap.Partner.Keyed, p.snap.Partner.Version = "1.3.0", true, "1.2.3"
	p.mu.Unlock()
	s.Version = "1.2.9"
	v := visit(t, s.Handler())
	v.login()
	_, _ = v.get("/monitoring")
	_, body := v.get("/monitoring")
	want(t, body, "This console is Pacu 1.2.9, and the pulse that runs is 1.3.0: that works", "It runs Pacu 1.2.3, this router 1.3.0: that works")
	_, body = v.get("/monitoring", "Accept-Language", "zh")
	want(t, body, "本控制台为 Pacu 1.2.9", "对端运行 Pacu 1.2.3，本路由器运行 1.3.0")
	s.Version = "1.3.0"
	if _, body := v.get("/monitoring"); strings.Contains(body, "This console is Pacu") {
		t.Errorf("the same version is told of: %s", body)
	}
}

// TestStrangeConfigs has something else where lvs.cf should be: each page says
// what, and none waits for it.
func TestStrangeConfigs(t *testing.T) {
	for name, tt := range map[string]struct {
		put  func(path string) error
		says string
	}{
		"folder": {func(path string) error { return os.Mkdir(path, 0o700) }, "a folder"},
		"pipe":   {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "a named pipe"},
		"link":   {func(path string) error { return os.Symlink("/nowhere/lvs.cf", path) }, "a symbolic link to /nowhere/lvs.cf, which is not there"},
		"large":  {func(path string) error { return os.WriteFile(path, make([]byte, maxConfig+1), 0o600) }, "too large"},
		"binary": {func(path string) error { return os.WriteFile(path, []byte("\x7fELF\x00\xff"), 0o600) }, "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newConsole(t, true)
			if err := os.Remove(s.ConfigPath); err != nil {
				t.Fatal(err)
			}
			if err := tt.put(s.ConfigPath); err != nil {
				t.Fatal(err)
			}
			v := visit(t, s.Handler())
			v.login()
			for _, page := range []string{"/configuration", "/virtuals", "/global"} {
				resp, body := v.get(page)
				if resp.StatusCode >= http.StatusInternalServerError || !strings.Contains(body, tt.says) {
					t.Errorf("%s: %s lacks %q: %s", page, resp.Status, tt.says, body)
				}
			}
			if resp, _ := v.get("/monitoring"); resp.StatusCode != http.StatusOK {
				t.Errorf("/monitoring: %s", resp.Status)
			}
		})
	}
}
