package doctor

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files below a folder of the test's.
func tree(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestModules(t *testing.T) {
	const dir = "lib/modules/6.1/"
	root := tree(t, map[string]string{
		"sys/module/ip_vs/refcnt": "1",
		dir + "modules.builtin":   "kernel/net/netfilter/ipvs/ip_vs_rr.ko\n",
		dir + "modules.dep":       "kernel/net/netfilter/ipvs/ip_vs_wlc.ko.xz: kernel/net/netfilter/ipvs/ip_vs.ko.xz\nkernel/net/nf-tables.ko:\n",
	})
	names := []string{"ip_vs", "ip_vs_rr", "ip_vs_wlc", "ip_vs_mh", "nf_tables"}
	want := map[string]string{"ip_vs": loaded, "ip_vs_rr": builtIn, "ip_vs_wlc": loadable, "ip_vs_mh": missing, "nf_tables": loadable}
	if d := cmp.Diff(want, modules(root, "6.1", names)); d != "" {
		t.Error(d)
	}
	if got := modules(root, "6.2", names)["ip_vs_mh"]; got != "" {
		t.Errorf("without the modules' lists it is %q", got)
	}
}

func TestReadBoot(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  Boot
	}{
		{"nothing", nil, Boot{Enabled: map[string]bool{}}},
		{"systemd", []string{"run/systemd/system/x", "etc/init.d/x", "etc/systemd/system/multi-user.target.wants/pulse.service", "etc/rc2.d/S20lvsgui"},
			Boot{"systemd", map[string]bool{"pulse": true}}},
		{"sysv", []string{"etc/init.d/x", "etc/rc2.d/S20pulse", "etc/rc3.d/K80lvsgui"}, Boot{"sysv", map[string]bool{"pulse": true}}},
	}
	for _, tt := range tests {
		files := map[string]string{}
		for _, name := range tt.files {
			files[name] = ""
		}
		if d := cmp.Diff(tt.want, readBoot(tree(t, files))); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestMentions(t *testing.T) {
	root := tree(t, map[string]string{
		"etc/network/interfaces":         "# address 10.0.0.1\nauto eth0\n\taddress 10.0.0.11/24\n",
		"etc/netplan/01.yaml":            "addresses: [10.0.0.1/24]\n",
		"etc/systemd/network/a.network":  "Address=110.0.0.1/24\nAddress=10.0.0.1.5\n",
		"etc/systemd/network/b.network":  "Address=fd01::5/64\n",
		"etc/sysconfig/network-scripts/": "",
	})
	got := mentions(root, []floating{{addr: addr("10.0.0.1")}, {addr: addr("fd01::5")}})
	want := []Mention{{filepath.Join(root, "etc/netplan/01.yaml"), addr("10.0.0.1")}, {filepath.Join(root, "etc/systemd/network/b.network"), addr("fd01::5")}}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

func TestParseRoutes(t *testing.T) {
	text := "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\tFA004D0A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
		"eth1\t00004E0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nshort\n"
	want := []Route{{prefix("0.0.0.0/0"), addr("10.77.0.250"), "eth0"}, {prefix("10.78.0.0/24"), addr("0.0.0.0"), "eth1"}}
	if d := cmp.Diff(fmt.Sprint(want), fmt.Sprint(parseRoutes(text))); d != "" {
		t.Error(d)
	}
}

// TestReadBounded refuses what would hold it up or fill the memory.
func TestReadBounded(t *testing.T) {
	root := tree(t, map[string]string{"a": "12345"})
	if b, err := readBounded(filepath.Join(root, "a"), 5); string(b) != "12345" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := readBounded(filepath.Join(root, "a"), 4); err == nil || !strings.Contains(err.Error(), "more than 4 bytes") {
		t.Error(err)
	}
	if _, err := readBounded(root, 5); err == nil {
		t.Error("a folder was read")
	}
	pipe := filepath.Join(root, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readBounded(pipe, 5); err == nil {
		t.Error("a pipe was read")
	}
}
