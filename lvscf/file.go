package lvscf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Why ReadFile reads nothing.
var (
	ErrNoFile   = errors.New("it is no regular file")
	ErrTooLarge = errors.New("it is too large")
)

// ReadFile returns what is in the file at path, at most max bytes. A symbolic
// link is followed. It never waits, as the opening of a named pipe would.
//
// Errors name the file and say what is there instead. They match
// fs.ErrNotExist where nothing is, fs.ErrPermission, ErrNoFile or ErrTooLarge.
func ReadFile(path string, max int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, syscall.ENXIO): // a socket
		return nil, fmt.Errorf("read %s: %w", path, ErrNoFile)
	case errors.Is(err, syscall.ELOOP):
		return nil, fmt.Errorf("read %s: %w: its symbolic links lead in a circle", path, ErrNoFile)
	case errors.Is(err, fs.ErrNotExist):
		if to, linkErr := os.Readlink(path); linkErr == nil {
			return nil, fmt.Errorf("read %s: %w: it is a symbolic link to %s, which is not there", path, ErrNoFile, to)
		}
		return nil, err // it names the file
	case err != nil:
		return nil, err
	}
	return readOpen(f, path, max)
}

// readOpen reads f, which is what is at path, and closes it.
func readOpen(f *os.File, path string, max int64) ([]byte, error) {
	defer f.Close()
	stat, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !stat.Mode().IsRegular():
		return nil, fmt.Errorf("read %s: %w but %s", path, ErrNoFile, whatIs(stat.Mode()))
	case stat.Size() > max:
		return nil, fmt.Errorf("read %s: %w: %d bytes of at most %d", path, ErrTooLarge, stat.Size(), max)
	}
	// It may grow meanwhile.
	text := make([]byte, 0, stat.Size()+1)
	for {
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case int64(len(text)) > max:
			return nil, fmt.Errorf("read %s: %w: more than %d bytes", path, ErrTooLarge, max)
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", path, err)
		case len(text) == cap(text):
			text = append(text, 0)[:len(text)]
		}
	}
}

// whatIs is what a file of this mode is, if it is no regular one.
func whatIs(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
