package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Machine describes in a line what figures depend on: the kernel and the
// processors, and for benches with peers their versions.
func Machine(ctx context.Context, needs Needs) (string, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "", fmt.Errorf("name of the kernel: %w", err)
	}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("bench kernel=%s cpus=%d cpu=%q", unix.ByteSliceToString(u.Release[:]), runtime.NumCPU(), processor(string(info)))
	if needs < Peers {
		return line, nil
	}
	// It says so on standard error.
	version, err := exec.CommandContext(ctx, "keepalived", "--version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("keepalived, the peer: %w", err)
	}
	return fmt.Sprintf("%s keepalived=%q", line, keepalivedVersion(string(version))), nil
}

// processor is the model named in /proc/cpuinfo, or "unknown": not every
// architecture names one.
func processor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// keepalivedVersion is the number in "Keepalived v2.2.7 (01/16,2022)".
func keepalivedVersion(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	if f := strings.Fields(first); len(f) > 1 {
		return f[1]
	}
	return strings.TrimSpace(first)
}
