package peer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"pacu/lvscf"
)

// A File is lvs.cf as it is on the other router.
type File struct {
	Text     []byte
	Serial   string // serial_no as written, empty without
	SHA256   string // of Text, in hex
	Modified time.Time
	mode     fs.FileMode
	info     fs.FileInfo
}

// Found is what a Look saw.
type Found struct {
	File    *File    // nil: there is no lvs.cf, or it cannot be read
	NoKey   bool     // there is no key of heartbeats, and none here
	Version string   // of pulse there, empty where it does not run
	Faults  []*Error // what to put right; none of them kept the look from going on
}

// Look logs in and sees what is there: whether the folder is writable, lvs.cf,
// the key, which it compares with ours where that is Known, and whether pulse
// runs. It leaves nothing behind. tell hears of every step. The error is an *Error:
// why there was no looking at all.
func (p *Peer) Look(ctx context.Context, ours Secret, tell func(Event)) (*Found, error) {
	l, err := p.dial(ctx, tell)
	if err != nil {
		return nil, err
	}
	defer l.close()
	var found Found
	var folder *stage
	defer func() {
		if folder != nil {
			l.clear(folder)
		}
	}()
	// What is wrong with one part says nothing of the next, unless the
	// connection is gone or there is no folder.
	look := func(s Step, do func() (string, error)) (goOn bool, err error) {
		err = l.step(s, stepLimit, func(context.Context) (string, error) { return do() })
		var e *Error
		if !errors.As(err, &e) {
			return true, nil
		}
		if e.Fault == Lost || e.Fault == Timeout {
			return false, e
		}
		found.Faults = append(found.Faults, e)
		return e.Fault != NoSFTP && e.Fault != NoFolder, nil
	}
	config := p.Settings.Config
	parts := []struct {
		step Step
		do   func() (string, error)
	}{
		{Folder, func() (string, error) {
			err := l.files()
			if err == nil {
				config, err = l.real()
			}
			if err == nil {
				folder, err = l.newStage(path.Dir(config))
			}
			return path.Dir(config), err
		}},
		{Config, func() (note string, err error) {
			found.File, note, err = l.config(config)
			return note, err
		}},
		{Key, func() (note string, err error) {
			note, found.NoKey, err = l.compareKey(ours)
			return note, err
		}},
		{Program, func() (note string, err error) {
			found.Version, err = l.version()
			return found.Version, err
		}},
	}
	for _, part := range parts {
		if goOn, err := look(part.step, part.do); err != nil {
			return nil, err
		} else if !goOn {
			break
		}
	}
	return &found, nil
}

// real is the path of lvs.cf with links followed: the file a link leads to is
// the one to replace.
func (l *link) real() (string, error) {
	p, err := l.sftp.RealPath(l.Settings.Config)
	if errors.Is(err, fs.ErrNotExist) {
		return l.Settings.Config, nil
	}
	if err != nil {
		return "", err
	}
	if err := CheckPath(p); err != nil {
		return "", l.fault(Folder, OddPath, err)
	}
	return p, nil
}

// config reads lvs.cf there.
func (l *link) config(p string) (*File, string, error) {
	b, fi, err := l.read(Config, p, LongestConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", l.fault(Config, NoConfig, nil)
	}
	if err != nil {
		return nil, "", err
	}
	f := &File{Text: b, Serial: serial(b), SHA256: hash(b), Modified: fi.ModTime(), mode: fi.Mode(), info: fi}
	return f, f.String(), nil
}

// String is serial and hash, in a line.
func (f *File) String() string {
	s := "sha256 " + f.SHA256[:12]
	if f.Serial != "" {
		s = "serial_no " + f.Serial + ", " + s
	}
	return s
}

// serial is text's serial_no as far as it is a number.
func serial(text []byte) string {
	values, _ := lvscf.Parse("lvs.cf", text).Global().Get("serial_no")
	if len(values) != 1 || len(values[0]) > 20 || strings.Trim(values[0], "0123456789") != "" {
		return ""
	}
	return values[0]
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// compareKey looks at the key there. Nothing of it is ever told.
func (l *link) compareKey(ours Secret) (note string, none bool, err error) {
	p := l.Settings.keyPath()
	theirs, fi, err := l.read(Key, p, longestKey)
	switch {
	case errors.Is(err, fs.ErrNotExist) && ours.Known():
		return "", false, l.fault(Key, NoKey, nil)
	case errors.Is(err, fs.ErrNotExist):
		return "-", true, nil
	case err != nil:
		return "", false, err
	}
	note = fmt.Sprintf("%s, mode %04o", p, fi.Mode().Perm())
	switch {
	case fi.Mode().Perm()&0o077 != 0:
		return "", false, &Error{l.Settings.Host, Key, KeyOpen, note, nil}
	case ours.Known() && !bytes.Equal(theirs, ours.text):
		return "", false, l.fault(Key, KeyDiffers, nil)
	}
	return note, false, nil
}

// version is what pulse there says it is.
func (l *link) version() (string, error) {
	said, code, err := l.run(l.ctx, "--version")
	if err != nil {
		return "", err
	}
	if err := l.ran(Program, said, code); err != nil {
		return "", err
	}
	// A Piranha's pulse would take the words that follow for something else.
	if code != 0 || !strings.Contains(said, "Pacu") {
		return "", &Error{l.Settings.Host, Program, Unusable, said, nil}
	}
	first, _, _ := strings.Cut(said, "\n")
	if _, v, ok := strings.Cut(first, ":"); ok {
		first = strings.TrimSpace(v)
	}
	return first, nil
}

// ran tells whether there was a program to run.
func (l *link) ran(s Step, said string, code int) error {
	if code == notFound || code == notRunnable {
		return &Error{l.Settings.Host, s, NoPulse, said, nil}
	}
	return nil
}
