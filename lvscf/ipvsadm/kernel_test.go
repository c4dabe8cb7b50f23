package ipvsadm

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"pacu/lvscf/internal/importtest"
)

// limit is the limits of a server in a rule.
var limit = regexp.MustCompile(` -x (\d+)(?: -y (\d+))?`)

// zero is n, or 0 where there is none.
func zero(n string) string {
	if n == "" {
		return "0"
	}
	return n
}

// TestKernelRestore loads what Export writes with ipvsadm -R, and saves it
// with ipvsadm -Sn.
func TestKernelRestore(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root: no network namespace can be made")
	}
	if _, err := exec.LookPath("ipvsadm"); err != nil {
		t.Skip("no ipvsadm: ", err)
	}
	for file, cfg := range importtest.Configs(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			runtime.LockOSThread() // which ends with the test, and its namespace with it
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				t.Fatalf("make a network namespace: %v", err)
			}
			if out, err := exec.Command("ipvsadm", "-Ln").CombinedOutput(); err != nil {
				t.Skipf("no IPVS: %s", out)
			}
			for _, args := range [][]string{
				{"ip", "link", "set", "lo", "up"},
				// The kernel takes no IPv6 destination without an address.
				{"ip", "-6", "addr", "add", "2001:db8:8::1/64", "dev", "lo", "nodad"},
			} {
				if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
				}
			}
			want, _ := Export(cfg)
			load := exec.Command("ipvsadm", "-R")
			load.Stdin = strings.NewReader(string(want))
			if out, err := load.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("ipvsadm -R: %v: %s\n%s", err, out, want)
			}
			got, err := exec.Command("ipvsadm", "-Sn").Output()
			if err != nil {
				t.Fatalf("ipvsadm -Sn: %v", err)
			}
			// ipvsadm 1.31 writes the kind of every tunnel, older ones know none.
			saved := strings.ReplaceAll(string(got), " --tun-type ipip", "")
			// None of them saves limits, though all load them.
			unlimited := limit.ReplaceAllString(string(want), "")
			if diff := cmp.Diff(sorted(unlimited), sorted(saved)); diff != "" {
				t.Errorf("rules that were loaded and saved (-want +got):\n%s", diff)
			}
			shown, err := exec.Command("ipvsadm", "-Ln", "--thresholds").Output()
			if err != nil {
				t.Fatalf("ipvsadm -Ln --thresholds: %v", err)
			}
			for _, m := range limit.FindAllStringSubmatch(string(want), -1) {
				fields := regexp.MustCompile(` ` + m[1] + ` +` + zero(m[2]) + ` `)
				if !fields.Match(shown) {
					t.Errorf("limits%s were loaded, and the kernel has\n%s", m[0], shown)
				}
			}
		})
	}
}
