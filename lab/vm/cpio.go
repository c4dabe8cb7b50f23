package vm

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// archive writes the kernel's initramfs format, cpio "newc"
// (Documentation/driver-api/early-userspace/buffer-format.rst). Folders above
// an entry are made as needed. The first error sticks and close returns it.
type archive struct {
	w    io.Writer
	n    int64
	ino  int
	dirs map[string]bool
	err  error
}

func newArchive(w io.Writer) *archive {
	return &archive{w: w, dirs: map[string]bool{".": true, "/": true}}
}

const (
	modeDir  = 0o040000
	modeFile = 0o100000
	modeLink = 0o120000
)

// dir adds a folder and those above it.
func (a *archive) dir(name string, perm int) {
	name = clean(name)
	if a.dirs[name] {
		return
	}
	a.parents(name)
	a.dirs[name] = true
	a.entry(name, modeDir|perm, nil)
}

// file adds a regular file owned by root.
func (a *archive) file(name string, perm int, data []byte) {
	name = clean(name)
	a.parents(name)
	a.entry(name, modeFile|perm, data)
}

// link adds a symbolic link at name that points to target.
func (a *archive) link(name, target string) {
	name = clean(name)
	a.parents(name)
	a.entry(name, modeLink|0o777, []byte(target))
}

// close ends the archive, padded so that another may follow it.
func (a *archive) close() error {
	a.entry("TRAILER!!!", 0, nil)
	a.pad(512)
	return a.err
}

// clean makes a path relative to the root, as the kernel wants it.
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (a *archive) parents(name string) {
	if up := path.Dir(name); !a.dirs[up] {
		a.dir(up, 0o755)
	}
}

func (a *archive) entry(name string, mode int, data []byte) {
	a.ino++
	a.write(fmt.Appendf(nil, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00",
		a.ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name))
	a.pad(4)
	a.write(data)
	a.pad(4)
}

func (a *archive) pad(to int64) {
	if over := a.n % to; over != 0 {
		a.write(make([]byte, to-over))
	}
}

func (a *archive) write(p []byte) {
	if a.err != nil {
		return
	}
	n, err := a.w.Write(p)
	a.n += int64(n)
	a.err = err
}
