package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lab/vm"
)

func TestMain(m *testing.M) {
	vm.Main()
	os.Exit(m.Run())
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, in, err string
		want          options
	}{
		{name: "bad flag", in: "--nosuch", err: "flag provided but not defined"},
		{name: "no program", in: "--timeout 1s --", err: "no program named"},
		{name: "bad port", in: "--forward 70000 -- x", err: "value out of range"},
		{name: "nothing to bring", in: "--with nosuch -- x", err: "no such file"},
		{name: "brought to nowhere", in: "--with main.go:here -- x", err: "not an absolute path"},
		{name: "half a variable", in: "--env A -- x", err: "wants NAME=VALUE"},
		{name: "Debian systems", in: "--debian -- x", want: options{args: []string{"x"}, timeout: 20 * time.Minute, memory: vm.DefaultMemory, debian: true, with: map[string]string{}}},
		{name: "defaults", in: "-- x -y --timeout 3", want: options{args: []string{"x", "-y", "--timeout", "3"}, timeout: 20 * time.Minute, memory: vm.DefaultMemory, with: map[string]string{}}},
		{
			name: "all", in: "--vm --memory 512 --timeout 1m --forward 80 --forward 81 --env A=b --with main.go --with testdata:/srv -- x",
			want: options{
				args: []string{"x"}, timeout: time.Minute, memory: 512, machine: true, forward: []int{80, 81}, env: []string{"A=b"},
				with: map[string]string{"/usr/sbin/main.go": abs(t, "main.go"), "/srv": abs(t, "testdata")},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse(strings.Fields(tt.in), &bytes.Buffer{})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v, want %q", err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(options{})); err != nil || diff != "" {
				t.Fatalf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func abs(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEnvironment(t *testing.T) {
	o := options{env: []string{"MINE=1"}}
	got := o.environment([]string{"PATH=/secret", "GOROOT=/x", "GODEBUG=x=1", "GORACE=y", "PACU_CACHE=/c", "PACU_X=1", "TOKEN=secret", "TOUR=1"})
	want := []string{"GODEBUG=x=1", "GORACE=y", "PACU_X=1", "TOUR=1", "MINE=1"}
	if diff := cmp.Diff(want, got[4:]); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestTestFlags(t *testing.T) {
	got, fetch := testFlags([]string{"/lab/bin/x.test", "-test.testlogfile=/b/testlog.txt", "-test.run=^TestKernel", "-test.outputdir=/out", "-test.cpuprofile=cpu.out", "-test.coverprofile=/tmp/c.out", "-v"})
	want := []string{"/lab/bin/x.test", "-test.run=^TestKernel", "-test.cpuprofile=/lab/out/cpuprofile", "-test.coverprofile=/lab/out/coverprofile", "-v"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	files := map[string]string{"/lab/out/cpuprofile": "/out/cpu.out", "/lab/out/coverprofile": "/tmp/c.out"}
	if diff := cmp.Diff(files, fetch); diff != "" {
		t.Errorf("fetched (-want +got):\n%s", diff)
	}
}

func TestRunFails(t *testing.T) {
	tests := []struct {
		name, args, want string
		status           int
	}{
		{"no command", "", "usage: lab exec", statusFailed},
		{"bad command", "dance", "usage: lab exec", statusFailed},
		{"bad flags", "exec --vm", "no program named", statusFailed},
		{"no such file", "exec --vm -- ./nosuch", "nosuch: no such file", statusFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if got := run(strings.Fields(tt.args), strings.NewReader(""), &stdout, &stderr); got != tt.status || !strings.Contains(stderr.String(), tt.want) {
				t.Fatalf("status %d, said %q, want %d, %q", got, &stderr, tt.status, tt.want)
			}
		})
	}
}

// TestMachineExec runs a test binary, this one, where the package's testdata is.
func TestMachineExec(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a machine")
	}
	if _, err := os.Stat("/lab/spec.json"); err == nil {
		t.Skip("this is a machine already")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	profile := filepath.Join(t.TempDir(), "cpu.out")
	var stdout, stderr bytes.Buffer
	args := []string{"exec", "--vm", "--env", "LAB_TEST=inside", "--", self, "-test.run=^TestInside$", "-test.v", "-test.testlogfile=/nosuch/dir/log", "-test.cpuprofile=" + profile}
	status := run(args, strings.NewReader(""), &stdout, &stderr)
	if status == statusFailed && strings.Contains(stderr.String(), "not installed") {
		t.Skip("no machine here: ", &stderr)
	}
	if status != 1 || !strings.Contains(stdout.String(), "inside says: Look here.") {
		t.Fatalf("status %d, want 1, said:\n%s%s", status, &stdout, &stderr)
	}
	if fi, err := os.Stat(profile); err != nil || fi.Size() == 0 {
		t.Fatalf("profile of the run inside: %v", err)
	}
}

// TestInside is what TestMachineExec runs; it fails so that its failure shows.
func TestInside(t *testing.T) {
	if os.Getenv("LAB_TEST") != "inside" {
		t.Skip("for TestMachineExec")
	}
	b, err := os.ReadFile("testdata/note")
	if err != nil {
		t.Fatal(err)
	}
	t.Fatalf("inside says: %s", b)
}
