package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"pacu/lvscf"
	"pacu/store"
	"pacu/web/templates"
)

// A draft is lvs.cf as one user sees it: the file on disk, or what they have
// made of it. Nobody changes one: an edit makes the next. It may be read by
// several goroutines at once.
type draft struct {
	Version  int64     // of the store; 0: it is the file on disk
	Base     string    // SHA-256 of the file it began from, in hex; noFile where there was none
	BaseText []byte    // that file
	Text     []byte    //
	Changed  time.Time // when it was edited last; zero: it is the file on disk

	Conf     *lvscf.Config  // nil where Text has errors
	Problems lvscf.Problems //

	name    string // of the file, in Problems
	reading sync.Mutex
	file    *lvscf.File // nil until somebody reads it, and once an edit has taken it

	compared func() difference // from BaseText to Text
}

// A difference is how one text differs from another.
type difference struct {
	meaning templates.Meaning
	lines   templates.LinesView
}

// read calls f with the draft's tree, which must neither be changed nor kept.
func (d *draft) read(f func(*lvscf.File)) {
	d.reading.Lock()
	defer d.reading.Unlock()
	if d.file == nil {
		d.file = lvscf.Parse(d.name, d.Text)
	}
	f(d.file)
}

// take returns the draft's tree, to be changed: whoever reads the draft after
// this makes another. A large file's is not made twice in most edits, for the
// page with the form has read it.
func (d *draft) take() *lvscf.File {
	d.reading.Lock()
	defer d.reading.Unlock()
	f := d.file
	d.file = nil
	if f == nil {
		f = lvscf.Parse(d.name, d.Text)
	}
	return f
}

// give makes f, of which Text was written, the draft's tree. After edits it is
// the one that would be read from Text, if the text before had no line that is
// beyond understanding.
func (d *draft) give(f *lvscf.File) {
	if f.Problems.Err() != nil {
		return
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	d.file = f
}

// errNotText means that lvs.cf holds bytes which no page can show.
var errNotText = errors.New("it is not UTF-8 text: the console leaves it alone")

// A desk keeps the users' drafts: in the store, and the last few of them
// parsed. Its methods may be called at the same time.
type desk struct {
	path      string // of lvs.cf
	store     *store.Store
	revisions comparisons

	// reader reads texts that differ little from one another; it has a lock of
	// its own, for some take long.
	reader  lvscf.Reader
	reading sync.Mutex

	mu     sync.Mutex // guards what follows
	disk   *draft     // the file as of stat
	stat   fs.FileInfo
	parsed []*draft // the last used first
}

// keepParsed bounds the parsed drafts: one of 40,000 real servers takes some
// 60 MB.
const keepParsed = 4

// open returns user's draft, or the file on disk where they have none. The
// error matches fs.ErrPermission and the like where lvs.cf cannot be read, and
// errNotText; a file that is not there is no error, but the one to begin with.
func (k *desk) open(ctx context.Context, user string) (*draft, error) {
	version, _, err := k.store.DraftVersion(ctx, user)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return k.onDisk()
	}
	if d := k.recall(version); d != nil {
		return d, nil
	}
	kept, ok, err := k.store.Draft(ctx, user)
	if err != nil {
		return nil, err
	}
	if !ok {
		return k.onDisk() // dropped meanwhile
	}
	return k.keep(kept), nil
}

// onDisk returns lvs.cf as it is on disk.
func (k *desk) onDisk() (*draft, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	stat, err := os.Stat(k.path)
	if err == nil && k.disk != nil && k.stat != nil && os.SameFile(stat, k.stat) &&
		stat.Size() == k.stat.Size() && stat.ModTime().Equal(k.stat.ModTime()) {
		return k.disk, nil
	}
	text, err := readConfig(k.path) // its error says more than that of stat
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.disk, k.stat = k.parse(&draft{Base: noFile, Text: []byte(newConfig)}), nil
		return k.disk, nil
	case err != nil:
		return nil, err
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, fmt.Errorf("%s: %w", k.path, errNotText)
	}
	k.disk, k.stat = k.parse(&draft{Base: hash(text), BaseText: text, Text: text}), stat
	return k.disk, nil
}

// edit makes user's next draft: change is called with a tree of the one they
// have. Where it fails, or changes nothing, the draft stays as it was.
func (k *desk) edit(ctx context.Context, user string, change func(*lvscf.File) error) (*draft, error) {
	for {
		d, err := k.open(ctx, user)
		if err != nil {
			return nil, err
		}
		f := d.take()
		if err := change(f); err != nil {
			return d, err
		}
		next, err := k.put(ctx, user, d, f.Bytes())
		switch {
		case errors.Is(err, store.ErrDraftMoved):
			continue // another tab was quicker: the change is made to its result
		case err != nil:
			return nil, err
		}
		next.give(f)
		return next, nil
	}
}

// put makes text user's next draft, begun from d. The error matches
// store.ErrDraftMoved when d is no longer theirs.
func (k *desk) put(ctx context.Context, user string, d *draft, text []byte) (*draft, error) {
	if bytes.Equal(text, d.Text) {
		return d, nil
	}
	// A large text takes as long to read as to write.
	next := &draft{Base: d.Base, BaseText: d.BaseText, Text: text}
	parsed := make(chan struct{})
	go func() {
		defer close(parsed)
		k.parse(next)
	}()
	kept, err := k.store.SaveDraft(ctx, store.Draft{
		User: user, Base: d.Base, BaseText: d.BaseText, Text: text, Version: d.Version,
	})
	<-parsed
	if err != nil {
		return nil, err
	}
	next.Version, next.Changed = kept.Version, kept.Changed
	k.remember(next)
	return next, nil
}

func (k *desk) name() string { return filepath.Base(k.path) }

// parse fills in what follows from d's text.
func (k *desk) parse(d *draft) *draft {
	k.reading.Lock()
	defer k.reading.Unlock()
	d.name = k.name()
	d.Conf, d.Problems, _, _ = k.reader.Read(d.name, d.Text)
	d.compared = sync.OnceValue(func() difference {
		from, to := string(d.BaseText), string(d.Text) // from is empty where there was no file
		return difference{templates.CompareMeaning(from, to), templates.CompareLines(from, to)}
	})
	return d
}

// check returns what is wrong with a text that is not kept.
func (k *desk) check(text string) lvscf.Problems { return k.parse(&draft{Text: []byte(text)}).Problems }

// keep parses a stored draft and keeps it at hand.
func (k *desk) keep(s store.Draft) *draft {
	d := k.parse(&draft{Version: s.Version, Base: s.Base, BaseText: s.BaseText, Text: s.Text, Changed: s.Changed})
	k.remember(d)
	return d
}

// remember has recall find d.
func (k *desk) remember(d *draft) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.parsed = slices.Insert(k.parsed, 0, d)
	k.parsed = k.parsed[:min(len(k.parsed), keepParsed)]
}

// recall returns the parsed draft of version, or nil.
func (k *desk) recall(version int64) *draft {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.parsed, func(d *draft) bool { return d.Version == version })
	if i < 0 {
		return nil
	}
	d := k.parsed[i]
	k.parsed = slices.Insert(slices.Delete(k.parsed, i, i+1), 0, d)
	return d
}
