package bench

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseStat(t *testing.T) {
	const odd = "1234 (a ) (b) S 17 1234 1234 0 -1 4194560 1 2 3 4 150 50 30 40 20 0 1 0 5 6 7\n"
	got, err := parseStat(odd)
	want := stat{1234, 17, 2 * time.Second, 700 * time.Millisecond}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(stat{})); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{"", "12", "12 (x", "12 (x) S 1", "x (x) S 1 1 1 1 1 1 1 1 1 1 1 1 1"} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("parseStat(%q): no error", bad)
		}
	}
}

func TestKilobytes(t *testing.T) {
	const text = "Name:\tx\nVmRSS:\t   10240 kB\nVmOdd:\t3\n"
	if got, err := kilobytes(text, "VmRSS"); got != 10240 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	for _, name := range []string{"VmOdd", "VmHWM", "Vm"} {
		if _, err := kilobytes(text, name); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// This process, and one that it started, have a size.
func TestUsage(t *testing.T) {
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); cmd.Wait() }()
	pids, err := family(os.Getpid())
	if err != nil || pids[0] != os.Getpid() || !slices.Contains(pids, cmd.Process.Pid) {
		t.Errorf("family %v, %v; want %d in it", pids, err, cmd.Process.Pid)
	}
	all, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child, err := usageOf(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if child.rss <= 0 || all.rss <= child.rss || all.pss <= child.pss {
		t.Errorf("all use %+v, the child %+v", all, child)
	}
}
