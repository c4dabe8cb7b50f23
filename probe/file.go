package probe

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// File looks at a file of this router, such as one that an operator or another
// program writes to take a server out. It is up when the file is there, can be
// read and has Body in its first 64 KiB. Only a regular file, or a link to one,
// will do. A file system that hangs, as NFS may, hangs the check: no timeout
// helps there.
type File struct {
	Path string
	Body Body // zero: whatever it holds, even nothing
}

// String names the check.
func (c File) String() string {
	if c.Body == (Body{}) {
		return "file " + c.Path
	}
	return "file " + c.Path + " with " + c.Body.String()
}

// Probe reads the file.
func (c File) Probe(ctx context.Context, _ Target) Result {
	start := time.Now()
	up, why := c.look(ctx)
	return Result{Up: up, Why: why, Took: time.Since(start)}
}

func (c File) look(ctx context.Context) (up bool, why string) {
	content, err := readRegular(c.Path)
	var failed *fs.PathError
	switch {
	case errors.As(err, &failed):
		return false, c.Path + ": " + failed.Err.Error()
	case err != nil:
		return false, c.Path + ": " + err.Error()
	}
	step(ctx, "read "+quote(content))
	switch {
	case c.Body == (Body{}):
		return true, c.Path + " is there"
	case !c.Body.in(content):
		return false, c.Path + " has " + quote(content) + ", expected " + c.Body.String()
	}
	return true, c.Path + " has " + c.Body.String()
}

// readRegular reads the first 64 KiB. Opening a device may do things, and
// opening a pipe waits, so it looks first, and does not wait for what took the
// file's place meanwhile.
func readRegular(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, maxAnswer))
}
