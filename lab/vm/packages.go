package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// hostPackages are the Debian packages that hold the programs Run needs on the
// host.
var hostPackages = map[string]string{
	"qemu-system-x86_64": "qemu-system-x86",
	"dpkg-deb":           "dpkg",
	"apt-get":            "apt",
	"mmdebstrap":         "mmdebstrap",
	"mke2fs":             "e2fsprogs",
}

// needHost makes sure the named programs are on the host. As root it installs
// what is missing; else the error names the packages to install.
func needHost(ctx context.Context, say func(string, ...any), programs ...string) error {
	var missing []string
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, hostPackages[p])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("not installed: %s (apt-get install %[1]s)", strings.Join(missing, " "))
	}
	say("installing %s", strings.Join(missing, " "))
	args := append([]string{"-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=5", "install", "-y", "-q", "--no-install-recommends"}, missing...)
	return withLists(ctx, say, func() error { return apt(ctx, "", "apt-get", args...) })
}

// listWaits are how long to wait before package lists are fetched, at each try:
// the network may be away for a while.
var listWaits = []time.Duration{0, 10 * time.Second, time.Minute}

// withLists runs do, which needs apt's package lists; when it fails, the lists
// are fetched and it runs again.
func withLists(ctx context.Context, say func(string, ...any), do func() error) error {
	err := do()
	for _, wait := range listWaits {
		if err == nil || os.Geteuid() != 0 {
			return err
		}
		say("fetching package lists (%v)", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
		if err = apt(ctx, "", "apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=5", "update", "-q"); err == nil {
			err = do()
		}
	}
	return err
}

// apt runs one of apt's programs in dir. Its output is kept for the error.
func apt(ctx context.Context, dir, name string, args ...string) error {
	_, err := aptOutput(ctx, dir, name, args...)
	return err
}

func aptOutput(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, lastLines(string(exit.Stderr), 3))
		}
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(out), nil
}

// lastLines returns the last n lines of s on one line.
func lastLines(s string, n int) string {
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}

// pkg is one package version as apt would install it. Size is in bytes.
type pkg struct {
	name, version string
	size          int64
}

// resolvePackages returns the kernel package with a version in its name, and the
// tool packages with the libraries they depend on.
func resolvePackages(ctx context.Context) (kernel pkg, tools []pkg, err error) {
	out, err := aptOutput(ctx, "", "apt-cache", "depends", kernelPackage)
	if err != nil {
		return pkg{}, nil, err
	}
	name := ""
	for line := range strings.Lines(out) {
		if d, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: linux-image-"); ok {
			name = "linux-image-" + d
		}
	}
	if name == "" {
		return pkg{}, nil, fmt.Errorf("package %s depends on no kernel", kernelPackage)
	}
	args := append([]string{"depends", "--recurse", "--important"}, toolPackages...)
	out, err = aptOutput(ctx, "", "apt-cache", args...)
	if err != nil {
		return pkg{}, nil, err
	}
	names := append(libraryPackages(out), toolPackages...)
	slices.Sort(names)
	args = append([]string{"show", "--no-all-versions", name}, slices.Compact(names)...)
	out, err = aptOutput(ctx, "", "apt-cache", args...)
	if err != nil {
		return pkg{}, nil, err
	}
	for _, p := range parseShow(out) {
		if p.name == name {
			kernel = p
		} else {
			tools = append(tools, p)
		}
	}
	if kernel.name == "" {
		return pkg{}, nil, fmt.Errorf("package %s: not known to apt", name)
	}
	return kernel, tools, nil
}

// libraryPackages picks the library packages out of "apt-cache depends
// --recurse": the tools themselves are named, and of what else they depend on
// (debconf, perl, the init system) nothing runs in the machine.
func libraryPackages(out string) []string {
	var libs []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "lib") || strings.HasPrefix(line, "zlib1g") {
			libs = append(libs, strings.TrimSpace(line))
		}
	}
	return libs
}

// parseShow reads the paragraphs of "apt-cache show".
func parseShow(out string) []pkg {
	var all []pkg
	for para := range strings.SplitSeq(out, "\n\n") {
		var p pkg
		for line := range strings.Lines(para) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "Package":
				p.name = value
			case "Version":
				p.version = value
			case "Size":
				// A size is for the progress line only.
				_, _ = fmt.Sscan(value, &p.size)
			}
		}
		if p.name != "" && p.version != "" {
			all = append(all, p)
		}
	}
	return all
}

// fetch downloads packages into dir and unpacks them below root.
func fetch(ctx context.Context, dir, root string, packages []pkg) error {
	args := []string{"download", "-q", "-o", "Acquire::Retries=5"}
	if os.Geteuid() == 0 {
		// dir is ours alone, so apt's own user could not write there.
		args = append(args, "-o", "APT::Sandbox::User=root")
	}
	for _, p := range packages {
		args = append(args, p.name+"="+p.version)
	}
	if err := apt(ctx, dir, "apt-get", args...); err != nil {
		return err
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range debs {
		if err := apt(ctx, "", "dpkg-deb", "-x", deb, root); err != nil {
			return fmt.Errorf("unpack %s: %w", filepath.Base(deb), err)
		}
		if err := os.Remove(deb); err != nil {
			return err
		}
	}
	return nil
}
