package vm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// debianFormat changes when a Debian root made by older code would not do.
const debianFormat = 1

// DebianDir is where the machine has its Debian roots, one folder each, read
// only: see Command's Debian.
const DebianDir = "/lab/debian"

// debianRoots are the Debian systems a machine can bring, as fresh as an
// installer leaves them, by name: what each has beyond Debian's smallest.
var debianRoots = map[string][]string{
	"systemd": append([]string{"systemd", "systemd-sysv"}, debianCommon...),
	"sysv":    append([]string{"sysvinit-core", "inetutils-syslogd"}, debianCommon...),
}

var debianCommon = []string{"kmod", "iproute2", "procps", "openssh-server", "openssh-client", "curl", "ca-certificates"}

// debianSize is the size of a root's file system in MB; what is empty takes no
// place on the host's disk.
const debianSize = 1024

// disk is a file system's image on the host and its name in the machine.
type disk struct{ name, path string }

// debian returns the images of the Debian roots, after making those that are
// not in the cache.
func debian(ctx context.Context, say func(string, ...any)) (all []disk, err error) {
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, filepath.Join(cache, "lock-debian"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	// Left by one that was killed; nobody else makes one while we hold the lock.
	stale, err := filepath.Glob(filepath.Join(cache, "debian-making-*"))
	if err != nil {
		return nil, err
	}
	for _, d := range stale {
		if err := os.RemoveAll(d); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(debianRoots)) {
		path := filepath.Join(cache, fmt.Sprintf("debian-%s-%s.ext4", name, debianKey(name)))
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			if err := makeDebian(ctx, say, cache, name, path); err != nil {
				return nil, fmt.Errorf("make a Debian root with %s: %w", name, err)
			}
		} else if err != nil {
			return nil, err
		}
		all = append(all, disk{name, path})
	}
	return all, nil
}

// debianKey names an image by all that goes into it.
func debianKey(name string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %d", debianFormat, debianRoots[name], debianSize)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// makeDebian makes a root from the archives that this host's apt uses, and a
// file system's image of it at path.
func makeDebian(ctx context.Context, say func(string, ...any), cache, name, path string) error {
	if os.Geteuid() != 0 {
		return errors.New("needs root: its files belong to many users")
	}
	if err := needHost(ctx, say, "apt-get", "mmdebstrap", "mke2fs"); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(cache, "debian-making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	var sources []string
	err = withLists(ctx, say, func() (err error) {
		sources, err = debianSources(ctx)
		return err
	})
	if err != nil {
		return err
	}
	list, root, img := filepath.Join(tmp, "sources.list"), filepath.Join(tmp, "root"), filepath.Join(tmp, "img")
	if err := os.WriteFile(list, []byte(strings.Join(sources, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	say("making a Debian root with %s", name)
	// The first source is the suite itself; its updates follow.
	err = apt(ctx, tmp, "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--architectures=amd64",
		`--aptopt=Acquire::Languages "none"`, `--aptopt=Acquire::Retries "5"`, "--include="+strings.Join(debianRoots[name], ","),
		strings.Fields(sources[0])[2], root, list)
	if err != nil {
		return err
	}
	// A journal is for file systems that are written to.
	err = apt(ctx, tmp, "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d", root, img, fmt.Sprintf("%dM", debianSize))
	if err != nil {
		return err
	}
	return os.Rename(img, path)
}

// debianSources lists where this host's apt has Debian's own packages from, in
// the words of sources.list; the suite comes before its updates.
func debianSources(ctx context.Context) ([]string, error) {
	out, err := aptOutput(ctx, "", "apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
		"Created-By: Packages", "Origin: Debian", "Architecture: amd64")
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("apt knows no packages of Debian's own")
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(strings.Fields(a)[2]) - len(strings.Fields(b)[2]) })
	return all, nil
}

// mountDisks mounts the file systems of the machine's disks, which are in the
// order of names.
func mountDisks(names []string) error {
	for i, name := range names {
		target := filepath.Join(DebianDir, name)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(fmt.Sprintf("/dev/vd%c", 'a'+i), target, "ext4", unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("mount %s: %w", target, err)
		}
	}
	return nil
}
