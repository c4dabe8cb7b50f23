package director

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/vip"
)

// procSysctls are the settings of the thread's network namespace.
type procSysctls struct{}

func (procSysctls) Read(name string) (string, error) {
	b, err := os.ReadFile(sysctlPath(name))
	return strings.TrimSpace(string(b)), err
}

func (procSysctls) Write(name, value string) error {
	return os.WriteFile(sysctlPath(name), []byte(value+"\n"), 0o644)
}

func sysctlPath(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }

// command runs a program in the thread's namespace and returns what it prints.
func command(t *testing.T, line string) string {
	t.Helper()
	words := strings.Fields(line)
	if _, err := exec.LookPath(words[0]); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// realWorld is a world on this machine's kernel, in a fresh network namespace
// that the test's thread keeps.
func realWorld(t *testing.T) *world {
	t.Helper()
	addresses := namespace(t)
	table, err := ipvs.Dial()
	if errors.Is(err, ipvs.ErrNoIPVS) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	rules, err := firewall.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(table.Close(), rules.Close()); err != nil {
			t.Error(err)
		}
	})
	return &world{t: t, sleep: hurry, hurry: 10, kernel: table, addresses: addresses, firewall: rules, sysctls: procSysctls{}}
}

// namespace is the addresses of a fresh network namespace with a few, which
// the test's thread keeps.
func namespace(t *testing.T) *vip.Conn {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: no network namespace can be made")
	}
	runtime.LockOSThread() // never unlocked: thread and namespace end with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("cannot make a network namespace: %v", err)
	}
	addresses, err := vip.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := addresses.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, line := range []string{
		"ip link set lo up", "ip link add eth0 type veth peer name far0", "ip link set far0 up", "ip link set eth0 up",
		"ip address add 10.9.0.1/24 dev eth0", "ip address add fd00:9::1/64 dev eth0 nodad",
	} {
		command(t, line)
	}
	return addresses
}

// hurry is a tenth of the simulation's time: back-off is longer, and is waited
// for.
func hurry(d time.Duration) { time.Sleep(d / 10) }

// TestKernelSimulation is TestSimulation on the real kernel, which has no
// whims: nothing is refused for nothing, and no clients come.
func TestKernelSimulation(t *testing.T) {
	w := realWorld(t)
	for seed := range uint64(12) {
		w.rnd, w.name, w.log = rand.New(rand.NewPCG(seed, 5)), fmt.Sprintf("seed %d", seed), nil
		w.verdicts, w.kept, w.drains, w.forces, w.active = nil, nil, nil, nil, false
		if err := w.kernel.Flush(); err != nil {
			t.Fatal(err)
		}
		w.live(25)
	}
}

// TestKernelWitness holds a director of everything against what the system's
// own tools see, and what is left when it lets go.
func TestKernelWitness(t *testing.T) {
	w := realWorld(t)
	command(t, "ip link add eth1 type veth peer name far1")
	command(t, "ip link set eth1 up")
	before := sysctlsOf(t)
	cfg := strings.Replace(everything, "syncdaemon = 1", "syncdaemon = 0", 1)
	c := cluster(t, cfg)
	w.d = New(w.kernel, w.addresses, w.firewall, w.sysctls)
	w.d.Configure(c)
	reconcile(t, w.d)
	if err := w.d.SetActive(true, nil); err != nil {
		t.Fatal(err)
	}
	reconcile(t, w.d)
	for line, want := range map[string][]string{
		"ipvsadm -Sn":                         {"-A -f 1", " -r 192.0.2.11:0 -m -w 1"},
		"ipvsadm -Ln --timeout":               {"30 5 60"},
		"nft list ruleset":                    {"192.0.2.100", "snat ip to", "10.0.0.10/31"},
		"ip -o address show":                  {"192.0.2.100/32", "10.0.0.10/32", "10.0.0.11/32"},
		"cat /proc/sys/net/ipv4/vs/conntrack": {"1"},
	} {
		got := command(t, line)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s lacks %q:\n%s", line, part, got)
			}
		}
	}
	command(t, "ipvsadm -C")
	command(t, "nft flush ruleset")
	command(t, "ip address del 192.0.2.100/32 dev eth0")
	w.d.Stir(false) // as the watch of pulse tells
	if found := look(t, w.d); len(found) < 2 {
		t.Errorf("found %v", found)
	}
	reconcile(t, w.d)
	if got := command(t, "ipvsadm -Sn"); !strings.Contains(got, "192.0.2.11") {
		t.Errorf("not put right:\n%s", got)
	}
	if got := command(t, "nft list ruleset"); !strings.Contains(got, "192.0.2.100") {
		t.Errorf("not put right:\n%s", got)
	}
	if got := command(t, "ip -o address show"); !strings.Contains(got, "192.0.2.100/32") {
		t.Errorf("not put right:\n%s", got)
	}
	if err := w.d.Release(); err != nil {
		t.Fatal(err)
	}
	if got := command(t, "ipvsadm -Sn") + command(t, "nft list ruleset"); strings.TrimSpace(got) != "" {
		t.Errorf("left behind:\n%s", got)
	}
	if got := command(t, "ip -o address show"); strings.Contains(got, "192.0.2.100") || strings.Contains(got, "10.0.0.1") {
		t.Errorf("left behind:\n%s", got)
	}
	if diff := cmp.Diff(before, sysctlsOf(t)); diff != "" {
		t.Errorf("settings left behind (-before +after):\n%s", diff)
	}
}

// sysctlsOf are this namespace's settings that a director may change.
func sysctlsOf(t *testing.T) map[string]string {
	t.Helper()
	m := make(map[string]string)
	for name := range newSysctls() {
		v, err := procSysctls{}.Read(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		m[name] = v
	}
	return m
}
