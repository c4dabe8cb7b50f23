package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Push puts text in the place of lvs.cf there: beside it first, then checked
// by pulse there, then in one step over the old, read back, and loaded. seen is
// the SHA256 of what an operator saw there, or NoFile; anything else there is
// left alone (Moved). It returns what was there before, nil for nothing. tell
// hears of every step. The error is an *Error; with NoReload the file is in its
// place.
func (p *Peer) Push(ctx context.Context, text []byte, seen string, tell func(Event)) (before []byte, err error) {
	l, err := p.dial(ctx, tell)
	if err != nil {
		return nil, err
	}
	defer l.close()
	var config string
	var old *File
	err = l.step(Config, moveLimit, func(context.Context) (note string, err error) {
		if err = l.files(); err == nil {
			config, err = l.real()
		}
		if err == nil {
			old, note, err = l.config(config)
		}
		now := NoFile
		var e *Error
		if errors.As(err, &e) && e.Fault == NoConfig {
			err = nil
		} else if err == nil {
			now = old.SHA256
		}
		if err == nil && now != seen {
			err = l.fault(Config, Moved, nil)
		}
		return note, err
	})
	if err != nil {
		return nil, err
	}
	err = l.step(Program, stepLimit, func(context.Context) (string, error) { return l.version() })
	if err != nil {
		return nil, err
	}
	var mode fs.FileInfo
	if old != nil {
		before, mode = old.Text, old.info
	}
	err = l.place(config, text, mode, func(staged string) error {
		return l.step(Checking, workLimit, func(ctx context.Context) (string, error) { return l.check(ctx, staged, config) })
	})
	if err == nil {
		err = l.step(Reload, workLimit, l.reload)
	}
	return before, err
}

// NoFile is the hash of a file that is not there.
const NoFile = "none"

// PushKey puts the key of the heartbeats beside lvs.cf there, mode 0600, and
// has pulse there load it. The error is an *Error; with NoReload the key is in
// its place.
func (p *Peer) PushKey(ctx context.Context, key Secret, tell func(Event)) error {
	l, err := p.dial(ctx, tell)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.place(p.Settings.keyPath(), key.text, nil, nil); err != nil {
		return err
	}
	return l.step(Reload, workLimit, l.reload)
}

// place puts b at the path to, by way of a stage. With check, it is an lvs.cf
// that gets the mode of old; without, it is the key.
func (l *link) place(to string, b []byte, old fs.FileInfo, check func(staged string) error) (err error) {
	var s *stage
	var staged string
	defer func() {
		if s != nil {
			err = l.cleared(err, l.clear(s))
		}
	}()
	err = l.step(Put, moveLimit, func(context.Context) (string, error) {
		err := l.files()
		if err == nil {
			s, err = l.newStage(path.Dir(to))
		}
		if err != nil {
			return "", err
		}
		if check == nil && s.uid != 0 {
			return "", &Error{l.Settings.Host, Put, KeyOwner, fmt.Sprintf("%s, uid %d", l.Settings.User, s.uid), nil}
		}
		if staged, err = s.put(path.Base(to), b); err != nil {
			return "", err
		}
		if check == nil {
			return "", l.sftp.Chmod(staged, 0o600)
		}
		folder, err := l.sftp.Stat(path.Dir(to))
		if err == nil {
			err = s.like(staged, old, folder)
		}
		return fmt.Sprint(len(b), " B"), err
	})
	if err != nil {
		return err
	}
	if check != nil {
		if err := check(staged); err != nil {
			return err
		}
	}
	err = l.step(Replace, stepLimit, func(context.Context) (string, error) { return to, l.sftp.PosixRename(staged, to) })
	if err != nil {
		return err
	}
	return l.step(Verify, moveLimit, func(context.Context) (string, error) {
		now, _, err := l.read(Verify, to, LongestConfig)
		if err == nil && !bytes.Equal(now, b) {
			err = l.fault(Verify, Mismatch, nil)
		}
		if check == nil {
			return "", err // a hash of the key is nobody's business
		}
		return "sha256 " + hash(now)[:12], err
	})
}

// clearLimit bounds the clearing up after a push, apart from its own limits:
// it is done also when the operator has gone.
const clearLimit = 20 * time.Second

// clear removes a stage, over a new connection where the old one is lost.
func (l *link) clear(s *stage) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), clearLimit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.conn.Close() })
	err := l.remove(s.path)
	stop()
	if err == nil {
		return nil
	}
	again, derr := l.Peer.dial(ctx, func(Event) {})
	if derr != nil {
		return err
	}
	defer again.close()
	defer context.AfterFunc(ctx, func() { again.conn.Close() })()
	if err := again.files(); err != nil {
		return err
	}
	return again.remove(s.path)
}

// cleared is what a push ended with, and what it may have left behind.
func (l *link) cleared(err, left error) error {
	var e *Error
	if left == nil || !errors.As(err, &e) {
		return err // the next push removes what is left
	}
	c := *e
	c.Note = strings.TrimSpace(e.Particulars() + "; left there until the next push: " + path.Dir(l.Settings.Config) + "/" + stagePrefix + "*")
	return &c
}

// check has pulse there check the file.
func (l *link) check(ctx context.Context, staged, config string) (string, error) {
	said, code, err := l.run(ctx, "check", staged)
	if err != nil {
		return "", err
	}
	if err := l.ran(Checking, said, code); err != nil {
		return "", err
	}
	said = strings.ReplaceAll(said, staged, config)
	switch {
	case code != 0:
		return "", &Error{l.Settings.Host, Checking, BadConfig, said, nil}
	case said == "": // an account that is held to another program
		return "", l.fault(Checking, Unusable, nil)
	}
	return said, nil
}

// reload has pulse there read its files again.
func (l *link) reload(ctx context.Context) (string, error) {
	said, code, err := l.run(ctx, "reload")
	if err != nil {
		return "", err
	}
	if code != 0 {
		return "", &Error{l.Settings.Host, Reload, NoReload, said, nil}
	}
	return said, nil
}
