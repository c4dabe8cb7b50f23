package peer

import (
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	well := Defaults("10.10.1.32")
	tests := []struct {
		name   string
		change func(*Settings)
		err    string
	}{
		{"bad: no host", func(s *Settings) { s.Host = "" }, `"" is neither an address nor a host name`},
		{"bad: an option", func(s *Settings) { s.Host = "-oProxyCommand=x" }, "is neither"},
		{"bad: a shell", func(s *Settings) { s.Host = "lvs;reboot" }, "is neither"},
		{"bad: port", func(s *Settings) { s.Port = 65536 }, "65536 is no port"},
		{"bad: user", func(s *Settings) { s.User = "-l" }, "is no user name"},
		{"bad: user's shell", func(s *Settings) { s.User = "a$(x)" }, "is no user name"},
		{"bad: relative", func(s *Settings) { s.Config = "lvs.cf" }, "is no path"},
		{"bad: up", func(s *Settings) { s.Config = "/etc/../shadow" }, "is no path"},
		{"bad: dot", func(s *Settings) { s.Config = "/etc/./x" }, "is no path"},
		{"bad: empty part", func(s *Settings) { s.Config = "/etc//x" }, "is no path"},
		{"bad: root", func(s *Settings) { s.Config = "/" }, "is no path"},
		{"bad: blank", func(s *Settings) { s.Pulse = "/usr/sbin/pulse -x" }, "is no path"},
		{"bad: shell", func(s *Settings) { s.Pulse = "/usr/sbin/pulse;reboot" }, "is no path"},
		{"bad: line", func(s *Settings) { s.Pulse = "/usr/sbin/pulse\n" }, "is no path"},
		{"defaults", func(*Settings) {}, ""},
		{"name", func(s *Settings) { s.Host = "lvs-02.example.org" }, ""},
		{"IPv6", func(s *Settings) { s.Host = "fe80::1%eth0" }, ""},
		{"odd place", func(s *Settings) { s.Config, s.Pulse = "/opt/ha-1/lvs_2.cf", "/opt/pacu/sbin/pulse" }, ""},
	}
	for _, tt := range tests {
		s := well
		tt.change(&s)
		err := s.Check()
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
		}
	}
}

func FuzzCheckPath(f *testing.F) {
	f.Add("/etc/sysconfig/ha/lvs.cf")
	f.Add("/etc/../x")
	f.Fuzz(func(t *testing.T, p string) {
		if CheckPath(p) == nil && (strings.ContainsAny(p, " \t\r\n;&|$`'\"\\<>()*?[]{}~#!%") || p[0] != '/' || strings.Contains(p, "..") && strings.Contains(p, "/../")) {
			t.Errorf("%q is taken for a path", p)
		}
	})
}

func TestWords(t *testing.T) {
	for f, w := range faults {
		if w.english == "" || w.chinese == "" || w.english == w.chinese {
			t.Errorf("%s: %q, %q", f, w.english, w.chinese)
		}
	}
	for _, f := range []Fault{
		Unset, NoIdentity, Unresolved, Refused, Unreachable, Timeout, NotSSH, HostUnknown, HostChanged, Denied, NoSFTP, NoFolder,
		NoWrite, NoRead, DiskFull, TooLong, OddPath, NoConfig, NoKey, KeyDiffers, KeyOpen, KeyOwner, NoPulse, Unusable, BadConfig,
		NoReload, Moved, Mismatch, Lost, Failed,
	} {
		if f.English() == "" {
			t.Errorf("no words for %s", f)
		}
	}
	for _, s := range []Step{Connect, Login, Folder, Config, Key, Program, Put, Checking, Replace, Verify, Reload} {
		if s.English() == "" || s.Chinese() == "" {
			t.Errorf("no words for %s", s)
		}
	}
}
