package keepalived

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"pacu/lvscf/internal/importtest"
)

// TestKernelConfigTest lets keepalived -t read what Export writes, where the
// interfaces are that it names.
func TestKernelConfigTest(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root: no network namespace can be made")
	}
	if _, err := exec.LookPath("keepalived"); err != nil {
		t.Skip("no keepalived: ", err)
	}
	all := importtest.Configs(t)
	articles, err := filepath.Glob("testdata/article*.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range articles { // there and back
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lvs, _, err := Import(file, text)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = read(t, lvs)
	}
	for file, cfg := range all {
		t.Run(filepath.Base(file), func(t *testing.T) {
			runtime.LockOSThread() // which ends with the test, and its namespace with it
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				t.Fatalf("make a network namespace: %v", err)
			}
			for _, dev := range []string{"eth0", "eth1", "eth2"} {
				for _, args := range [][]string{
					{"link", "add", dev, "type", "dummy"},
					{"link", "set", dev, "multicast", "on", "up"},
				} {
					if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
						t.Fatalf("ip %v: %v: %s", args, err, out)
					}
				}
			}
			conf, _ := Export(cfg)
			path := filepath.Join(t.TempDir(), "keepalived.conf")
			if err := os.WriteFile(path, conf, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("keepalived", "-t", "-f", path).CombinedOutput()
			if err != nil {
				t.Errorf("keepalived -t: %v\n%s\n%s", err, out, conf)
			} else if len(out) > 0 {
				t.Logf("keepalived -t: %s", out)
			}
		})
	}
}
