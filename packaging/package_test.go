package packaging

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
)

var dist = flag.String("dist", "../dist", "the `folder` of the packages")

// built is the only package in dist whose name ends so.
func built(t *testing.T, ending string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the packages may be of other sources: make package-test makes them")
	}
	found, err := filepath.Glob(filepath.Join(*dist, `pacu[_\-]*`+ending))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skipf("there is no package *%s in %s: make package", ending, *dist)
	}
	if len(found) > 1 {
		t.Fatalf("which one? %q", found)
	}
	return found[0]
}

func deb(t *testing.T) string { return built(t, "_"+runtime.GOARCH+".deb") }

func rpm(t *testing.T) string {
	return built(t, map[string]string{"amd64": ".x86_64.rpm", "arm64": ".aarch64.rpm"}[runtime.GOARCH])
}

// output is what a program prints. One that is not there skips the test.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// want are the files of a package besides documents, by mode and owner. Where
// Debian and Red Hat differ, the path is Debian's.
var want = []string{
	"-rw-r--r-- root/root /etc/default/lvsgui",
	"-rw-r--r-- root/root /etc/default/pulse",
	"-rwxr-xr-x root/root /etc/init.d/lvsgui",
	"-rwxr-xr-x root/root /etc/init.d/pulse",
	"-rw-r--r-- root/root /etc/logrotate.d/pacu",
	"-rw-r--r-- root/root /usr/lib/modules-load.d/pacu.conf",
	"-rwxr-xr-x root/root /usr/lib/pacu/prepare",
	"-rwxr-xr-x root/root /usr/lib/pacu/renew",
	"-rw-r--r-- root/root /usr/lib/systemd/system/lvsgui.service",
	"-rw-r--r-- root/root /usr/lib/systemd/system/pulse.service",
	"-rw-r--r-- root/root /usr/lib/sysusers.d/pacu.conf",
	"-rwxr-xr-x root/root /usr/sbin/lvsgui",
	"-rwxr-xr-x root/root /usr/sbin/nanny",
	"-rwxr-xr-x root/root /usr/sbin/pulse",
	"-rw-r--r-- root/root /usr/share/bash-completion/completions/lvsgui",
	"-rw-r--r-- root/root /usr/share/bash-completion/completions/pulse",
	"-rw-r--r-- root/root /usr/share/man/man5/lvs.cf.5.gz",
	"-rw-r--r-- root/root /usr/share/man/man8/lvsgui.8.gz",
	"-rw-r--r-- root/root /usr/share/man/man8/nanny.8.gz",
	"-rw-r--r-- root/root /usr/share/man/man8/pulse.8.gz",
	"-rw-r--r-- root/root /usr/share/man/zh_CN/man5/lvs.cf.5.gz",
	"-rw-r--r-- root/root /usr/share/man/zh_CN/man8/lvsgui.8.gz",
	"-rw-r--r-- root/root /usr/share/man/zh_CN/man8/nanny.8.gz",
	"-rw-r--r-- root/root /usr/share/man/zh_CN/man8/pulse.8.gz",
	"-rw-r--r-- root/root /usr/share/pacu/grafana.json",
	"-rw-r--r-- root/root /usr/share/pacu/prometheus.rules.yaml",
}

func TestPackageDebFiles(t *testing.T) {
	var have, docs, times []string
	for line := range strings.Lines(output(t, "dpkg-deb", "--contents", deb(t))) {
		f := strings.Fields(line)
		times = append(times, f[3]+" "+f[4])
		if strings.HasPrefix(f[0], "d") {
			if f[0] != "drwxr-xr-x" || f[1] != "root/root" {
				t.Errorf("a folder that others may write: %s", line)
			}
			continue
		}
		path := strings.TrimPrefix(f[5], ".")
		if strings.HasPrefix(path, "/usr/share/doc/pacu/") {
			docs = append(docs, filepath.Base(path))
			continue
		}
		have = append(have, f[0]+" "+f[1]+" "+path)
	}
	byPath := func(a, b string) int { return strings.Compare(strings.Fields(a)[2], strings.Fields(b)[2]) }
	slices.SortFunc(have, byPath)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the files (-want +have):\n%s", diff)
	}
	for _, d := range []string{"README.md", "README.packages", "changelog.gz", "copyright", "third-party.gz", "pacu.cdx.json.gz"} {
		if !slices.Contains(docs, d) {
			t.Errorf("%s is not in the documents: %q", d, docs)
		}
	}
	// Else two builds of one commit are different.
	if slices.Sort(times); times[0] != times[len(times)-1] {
		t.Errorf("the files are of %s to %s, not all of the commit's time", times[0], times[len(times)-1])
	}
}

func TestPackageRPMFiles(t *testing.T) {
	var have []string
	for line := range strings.Lines(output(t, "rpm", "-qp", "--nosignature", "--qf", "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]", rpm(t))) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "d") || strings.Contains(line, " /usr/share/doc/pacu/") {
			continue
		}
		line = strings.NewReplacer("/etc/rc.d/init.d/", "/etc/init.d/", "/etc/sysconfig/", "/etc/default/").Replace(line)
		have = append(have, line)
	}
	byPath := func(a, b string) int { return strings.Compare(strings.Fields(a)[2], strings.Fields(b)[2]) }
	slices.SortFunc(have, byPath)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the files (-want +have):\n%s", diff)
	}
	output(t, "rpm", "--checksig", "--nosignature", rpm(t))
	for _, c := range []struct{ ask, want string }{
		{"--configfiles", "/etc/logrotate.d/pacu\n/etc/sysconfig/lvsgui\n/etc/sysconfig/pulse\n"},
		{"--scripts", "/usr/lib/pacu/renew"},
	} {
		if out := output(t, "rpm", "-qp", "--nosignature", c.ask, rpm(t)); !strings.Contains(out, c.want) {
			t.Errorf("rpm %s: %s", c.ask, out)
		}
	}
}

// TestPackageControl holds that lvs.cf and the key are the operator's, not the
// package's: no upgrade and no removal touches them.
func TestPackageControl(t *testing.T) {
	if conf := output(t, "dpkg-deb", "--info", deb(t), "conffiles"); conf != "/etc/default/lvsgui\n/etc/default/pulse\n/etc/init.d/lvsgui\n/etc/init.d/pulse\n/etc/logrotate.d/pacu\n" {
		t.Errorf("conffiles are:\n%s", conf)
	}
	version := strings.TrimSpace(output(t, "dpkg-deb", "--field", deb(t), "Version"))
	said := output(t, filepath.Join(*dist, runtime.GOARCH, "pulse"), "--version")
	if !strings.Contains(said, version) {
		t.Errorf("the package is of %s, pulse says %s", version, said)
	}
	output(t, "dpkg", "--validate-version", version)
	for _, name := range []string{"pulse", "nanny", "lvsgui"} {
		if out := output(t, "file", filepath.Join(*dist, runtime.GOARCH, name)); !strings.Contains(out, "statically linked") || !strings.Contains(out, "stripped") {
			t.Errorf("%s", out)
		}
	}
}

func TestPackageLintian(t *testing.T) {
	// Programs are linked statically on purpose; the scripts are for Red Hat too,
	// and registered by a loop.
	const fine = "statically-linked-binary,embedded-library,no-changelog,debian-changelog-file-missing,bogus-mail-host,init.d-script-does-not-source-init-functions,script-in-etc-init.d-not-registered-via-update-rc.d"
	if out := output(t, "lintian", "--fail-on", "error", "--suppress-tags", fine, deb(t)); out != "" {
		t.Log(out)
	}
}

// TestPackageSBOM reads the bill of materials beside the package.
func TestPackageSBOM(t *testing.T) {
	f, err := os.Open(built(t, "_"+runtime.GOARCH+".cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(f, cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range *bom.Components {
		names = append(names, c.Name)
	}
	for _, name := range []string{"std", "github.com/mdlayher/netlink", "github.com/mattn/go-sqlite3", "github.com/a-h/templ"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is linked and not in it", name)
		}
	}
}
