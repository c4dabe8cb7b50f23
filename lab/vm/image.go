package vm

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// imageFormat changes when an image made by older code would not do.
const imageFormat = 1

// moduleList is where the machine's first process finds the modules to load.
const moduleList = "/lab/modules"

// image is a kernel and the initramfs with all that does not change from run to
// run, in the cache.
type image struct {
	kernel, base string
	disks        []disk // beyond those two, in the order of their devices
}

// cacheDir is where images are kept: $PACU_CACHE, else a folder of the user's.
func cacheDir() (string, error) {
	if d := os.Getenv("PACU_CACHE"); d != "" {
		return filepath.Abs(d)
	}
	d, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cache folder (set PACU_CACHE): %w", err)
	}
	return filepath.Join(d, "pacu"), nil
}

// recipeKey names an image by all that goes into it, so that a change of the
// recipe makes a new one.
func recipeKey() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %q %q %q %q %q %q %q %q", imageFormat, kernelPackage, toolPackages,
		Tools, toolFiles, toolLinks, applets, Modules, accounts, groups)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// prepare returns the cached image, after making it when there is none. Of
// several processes that want it at once, one makes it and the others wait.
func prepare(ctx context.Context, say func(string, ...any)) (image, error) {
	if runtime.GOARCH != "amd64" {
		return image{}, fmt.Errorf("machine: needs amd64, this is %s", runtime.GOARCH)
	}
	cache, err := cacheDir()
	if err != nil {
		return image{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return image{}, err
	}
	dir := filepath.Join(cache, "vm-"+recipeKey())
	img := image{kernel: filepath.Join(dir, "vmlinuz"), base: filepath.Join(dir, "base.cpio")}
	unlock, err := lock(ctx, filepath.Join(cache, "lock"))
	if err != nil {
		return image{}, err
	}
	defer unlock()
	if err := needHost(ctx, say, "qemu-system-x86_64"); err != nil {
		return image{}, err
	}
	if _, err := os.Stat(dir); err == nil {
		return img, nil
	}
	if err := needHost(ctx, say, "apt-get", "dpkg-deb"); err != nil {
		return image{}, err
	}
	// Left by one that was killed; nobody else makes one while we hold the lock.
	stale, err := filepath.Glob(filepath.Join(cache, "making-*"))
	if err != nil {
		return image{}, err
	}
	for _, d := range stale {
		if err := os.RemoveAll(d); err != nil {
			return image{}, err
		}
	}
	tmp, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		return image{}, err
	}
	defer os.RemoveAll(tmp)
	if err := makeImage(ctx, say, tmp); err != nil {
		return image{}, fmt.Errorf("make the machine's image: %w", err)
	}
	return img, os.Rename(filepath.Join(tmp, "image"), dir)
}

// lock waits for the exclusive lock on the file at path, or for ctx to end.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return func() { f.Close() }, nil
		case err != unix.EWOULDBLOCK && err != unix.EINTR:
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("wait for %s, which another process holds: %w", path, ctx.Err())
		}
	}
}

// makeImage fetches the packages and writes tmp/image.
func makeImage(ctx context.Context, say func(string, ...any), tmp string) error {
	debs, root, out := filepath.Join(tmp, "debs"), filepath.Join(tmp, "root"), filepath.Join(tmp, "image")
	for _, d := range []string{debs, root, out} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	var kernel pkg
	var tools []pkg
	err := withLists(ctx, say, func() (err error) {
		if kernel, tools, err = resolvePackages(ctx); err != nil {
			return err
		}
		var size int64
		for _, p := range tools {
			size += p.size
		}
		say("fetching %s %s (%d MB)", kernel.name, kernel.version, kernel.size>>20)
		say("fetching %s and %d libraries (%d MB)", strings.Join(toolPackages, " "), len(tools)-len(toolPackages), size>>20)
		return fetch(ctx, debs, root, append(tools, kernel))
	})
	if err != nil {
		return err
	}
	version := strings.TrimPrefix(kernel.name, "linux-image-")
	say("building the machine's image for %s", version)
	if err := os.Rename(filepath.Join(root, "boot/vmlinuz-"+version), filepath.Join(out, "vmlinuz")); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(out, "base.cpio"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	a := newArchive(w)
	if err := fillBase(a, root, version); err != nil {
		return err
	}
	if err := a.close(); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// fillBase adds the tools, their libraries and the modules found below root.
func fillBase(a *archive, root, version string) error {
	for _, d := range []string{"bin", "dev", "etc", "lab", "mnt", "proc", "root", "run", "sys", "usr/bin", "usr/sbin", "usr/libexec", "sbin", "var/log", "var/lib"} {
		a.dir(d, 0o755)
	}
	a.dir("tmp", 0o1777)
	a.dir("var/tmp", 0o1777)
	a.link("var/run", "/run")
	a.file("etc/passwd", 0o644, []byte(accounts))
	a.file("etc/group", 0o644, []byte(groups))
	a.file("etc/hosts", 0o644, []byte("127.0.0.1 localhost\n::1 localhost\n"))
	a.file("etc/nsswitch.conf", 0o644, []byte("hosts: files\n"))
	libs := map[string]string{}
	have := map[string]bool{}
	for _, t := range Tools {
		path, err := resolve(root, t)
		if err != nil {
			return fmt.Errorf("tool %s: %w", t, err)
		}
		if err := addFile(a, t, path); err != nil {
			return err
		}
		have[filepath.Base(t)] = true
		if err := addLibraries(libs, path, root); err != nil {
			return err
		}
	}
	for _, t := range toolFiles {
		if err := addTree(a, libs, root, t); err != nil {
			return err
		}
	}
	for _, inside := range slices.Sorted(maps.Keys(libs)) {
		if err := addFile(a, inside, libs[inside]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(toolLinks)) {
		a.link(name, toolLinks[name])
		have[filepath.Base(name)] = true
	}
	a.link("bin/sh", "bash")
	for _, name := range applets {
		if !have[name] {
			a.link("bin/"+name, "busybox")
		}
	}
	return addModules(a, root, version)
}

func addLibraries(libs map[string]string, path, root string) error {
	more, err := libraries(path, root)
	maps.Copy(libs, more)
	return err
}

func addFile(a *archive, inside, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fi, err := os.Stat(path)
	if err != nil {
		return err
	}
	a.file(inside, int(fi.Mode().Perm()), b)
	return nil
}

// addTree adds the file or folder at inside below root, and notes the libraries
// its plug-ins need.
func addTree(a *archive, libs map[string]string, root, inside string) error {
	top, err := resolve(root, inside)
	if err != nil {
		return err
	}
	return filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, root)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			if err == nil {
				a.link(name, target)
			}
			return err
		}
		if strings.HasSuffix(path, ".so") {
			if err := addLibraries(libs, path, root); err != nil {
				return err
			}
		}
		return addFile(a, name, path)
	})
}

func addModules(a *archive, root, version string) error {
	dir := filepath.Join(root, "lib/modules", version)
	all, err := readModules(dir)
	if err != nil {
		return err
	}
	files, err := loadOrder(all, Modules)
	if err != nil {
		return err
	}
	var order strings.Builder
	for _, f := range files {
		inside := strings.TrimPrefix(f, root)
		fmt.Fprintln(&order, inside)
		if err := addFile(a, inside, f); err != nil {
			return err
		}
	}
	a.file(moduleList, 0o644, []byte(order.String()))
	return nil
}
