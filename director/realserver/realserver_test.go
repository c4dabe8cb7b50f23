package realserver

import (
	"bytes"
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds what is written of every file in testdata, in each format,
// against its golden file.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.cf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		servers := read(t, string(text))
		for _, format := range Formats() {
			t.Run(filepath.Base(file)+"/"+format, func(t *testing.T) {
				var out bytes.Buffer
				if err := Write(&out, servers, format, "eth1"); err != nil {
					t.Fatal(err)
				}
				golden := strings.TrimSuffix(file, ".cf") + "." + format
				if *update {
					if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), out.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestCommandsArePlain: every word of a command is one that a shell leaves as
// it is, so that pasting and running are the same.
func TestCommandsArePlain(t *testing.T) {
	for _, file := range []string{"testdata/mixed.cf", "testdata/tunnels.cf"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range read(t, string(text)) {
			for _, c := range s.Commands() {
				for _, word := range c {
					if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_.:/=-") != "" {
						t.Errorf("%q in %q", word, c)
					}
				}
			}
		}
	}
}

func TestForErrors(t *testing.T) {
	cfg := func(change func(*lvscf.Config)) *lvscf.Config {
		c := &lvscf.Config{Primary: "10.0.0.1", Virtuals: []lvscf.Virtual{{
			Name: "web", Active: true, Forward: lvscf.Direct,
			VIP:     lvscf.Floating{Addr: netip.MustParseAddr("fd00::1")},
			Servers: []lvscf.Server{{Name: "one", Address: "one.example"}},
		}}}
		change(c)
		return c
	}
	gone := errors.New("gone")
	for _, tt := range []struct {
		name   string
		change func(*lvscf.Config)
		want   string
	}{
		{"server", func(*lvscf.Config) {}, "virtual web: server one: gone"},
		{"inactive virtual", func(c *lvscf.Config) { c.Virtuals[0].Active = false }, ""},
		{"router", func(c *lvscf.Config) { c.BackupPrivate = "two.example" }, "backup_private: gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := For(cfg(tt.change), func(h lvscf.Host, v6 bool) (netip.Addr, error) {
				if a, ok := h.Addr(); ok {
					return a, nil
				}
				if h == "one.example" && !v6 {
					t.Error("a server of an IPv6 address was looked up for IPv4")
				}
				return netip.Addr{}, gone
			})
			if got := message(err); got != tt.want || err != nil && !errors.Is(err, gone) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWriteRefusesAFormat(t *testing.T) {
	var out bytes.Buffer
	const want = `format "yaml": want one of commands, sysctl, ifcfg, netplan, networkd, all`
	if err := Write(&out, nil, "yaml", "eth0"); message(err) != want || out.Len() > 0 {
		t.Errorf("%v, wrote %q", err, out.String())
	}
}

func TestIs(t *testing.T) {
	s := Server{Names: []string{"one", "eins"}, Addr: netip.MustParseAddr("fd00::11")}
	for name, want := range map[string]bool{"one": true, "eins": true, "fd00:0::11": true, "two": false, "10.0.0.1": false, "": false} {
		if got := s.Is(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
