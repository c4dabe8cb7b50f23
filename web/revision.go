package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"pacu/lvscf"
	"pacu/store"
)

// notice returns the revision of lvs.cf, which holds text; where the history
// does not end with it, somebody wrote it by hand, and it is added.
func (c *changer) notice(ctx context.Context, text []byte) (store.Revision, error) {
	latest, err := c.store.LatestRevision(ctx)
	switch {
	case err == nil && latest.SHA256 == hash(text):
		return latest, nil
	case err != nil && !errors.Is(err, store.ErrNoRevision):
		return store.Revision{}, err
	}
	r, err := c.store.AddRevision(ctx, store.Revision{Who: owner(c.path), Origin: store.ByHand, Serial: textSerial(text)}, text)
	if err == nil {
		c.log.Info("lvs.cf was changed by hand", "revision", r.ID, "serial", r.Serial, "sha256", r.SHA256, "owner", r.Who)
	}
	return r, err
}

// noticeDisk is notice for lvs.cf as it is on disk, where it can be read and
// no change is being written.
func (c *changer) noticeDisk(ctx context.Context) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	text, err := readConfig(c.path)
	if err != nil {
		return nil // it is no revision, and the pages say what is wrong
	}
	_, err = c.notice(ctx, text)
	return err
}

// owner is the name of the file's owner, or the number where there is no name.
func owner(path string) string {
	stat, err := os.Stat(path)
	if err != nil {
		return ""
	}
	st, ok := stat.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	id := strconv.FormatUint(uint64(st.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// textSerial is text's serial_no, 0 where it has none that is a number.
func textSerial(text []byte) int { return fileSerial(lvscf.Parse("lvs.cf", text)) }

func fileSerial(f *lvscf.File) int {
	values, ok := f.Global().Get("serial_no")
	if !ok || len(values) == 0 {
		return 0
	}
	n, err := strconv.Atoi(values[0])
	if err != nil {
		return 0
	}
	return n
}

// serialsBack is how many revisions are looked through for a serial_no that was
// used: one that was rolled back is not used again for something else.
const serialsBack = 20

// maxSerialBack is the greatest serial_no that is taken from the history: one
// that somebody mistyped by hand is not to be raised for ever.
const maxSerialBack = 1 << 30

// raise returns text with a serial_no that is above its own, that of was, and
// those of the last revisions; and the new number.
func (c *changer) raise(ctx context.Context, text, was []byte) ([]byte, int, error) {
	floor := textSerial(was)
	last, err := c.store.Revisions(ctx, 0, serialsBack)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range last {
		if r.Serial < maxSerialBack {
			floor = max(floor, r.Serial)
		}
	}
	f := lvscf.Parse("lvs.cf", text)
	if floor > fileSerial(f) {
		if err := f.SetGlobal("serial_no", strconv.Itoa(floor)); err != nil {
			return nil, 0, fmt.Errorf("raise serial_no: %w", err)
		}
		text = f.Bytes()
	}
	return lvscf.Raise(text)
}

// diskText is lvs.cf as it is, and its hash as a draft's Base has it.
func (c *changer) diskText() (text []byte, base string, err error) {
	text, err = readConfig(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noFile, nil
	}
	return text, hash(text), err
}
