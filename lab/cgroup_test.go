package lab

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestKernelCgroup has a control group removed right after what ran in it was
// killed.
func TestKernelCgroup(t *testing.T) {
	var path string
	t.Run("used", func(t *testing.T) {
		path = NewCgroup(t, "memory", "pids")
		below := filepath.Join(path, "below")
		if err := os.Mkdir(below, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(below + "/memory.max"); err != nil {
			t.Error(err)
		}
		dir, err := os.Open(below)
		if err != nil {
			t.Fatal(err)
		}
		defer dir.Close()
		cmd := exec.Command("sleep", "3600")
		cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			go func() { _ = cmd.Wait() }()
		})
	})
	if path == "" {
		t.SkipNow()
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left: %v", path, err)
	}
}
