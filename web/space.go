package web

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"pacu/web/templates"
	"pacu/web/text"
)

// Bounds of what counts as little room: an lvs.cf of the largest size, as a
// draft, a revision and the file itself, must fit.
const (
	lowSpace = 2 * maxConfig // bytes
	lowFiles = 100           // inodes
)

// spaceEvery is how old an answer about the room on a disk gets.
const spaceEvery = 10 * time.Second

// A space looks at how much room the disks have that the console writes to. Its
// methods may be called at the same time.
type space struct {
	folders []string
	log     *slog.Logger
	now     func() time.Time

	mu    sync.Mutex // guards what follows
	asked time.Time
	low   []shortage
}

// A shortage is a disk with little room.
type shortage struct {
	folder string
	free   uint64 // bytes
	files  bool   // it is inodes that are few
}

func newSpace(log *slog.Logger, folders ...string) *space {
	return &space{folders: folders, log: log, now: time.Now}
}

// look returns the disks with little room, and logs when one begins to be or is
// no longer.
func (s *space) look() []shortage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.asked.IsZero() || now.Sub(s.asked) >= spaceEvery {
		s.asked = now
		before := len(s.low)
		s.low = shortages(s.folders)
		switch {
		case len(s.low) > 0 && before == 0:
			s.log.Warn("little room on the disk: make some before nothing can be saved", "folder", s.low[0].folder, "free_bytes", s.low[0].free, "inodes", s.low[0].files)
		case len(s.low) == 0 && before > 0:
			s.log.Info("there is room on the disk again")
		}
	}
	return s.low
}

// shortages looks at the disks of folders; each disk is told of once.
func shortages(folders []string) (low []shortage) {
	seen := map[unix.Fsid]bool{}
	for _, folder := range folders {
		var st unix.Statfs_t
		if unix.Statfs(folder, &st) != nil || seen[st.Fsid] {
			continue // what is not there is told of elsewhere
		}
		seen[st.Fsid] = true
		free := st.Bavail * uint64(st.Bsize)
		switch {
		case st.Blocks > 0 && free < lowSpace:
			low = append(low, shortage{folder: folder, free: free})
		case st.Files > 0 && st.Ffree < lowFiles: // some file systems have no such bound
			low = append(low, shortage{folder: folder, files: true})
		}
	}
	return low
}

// watch looks at the disks until ctx ends, for the log.
func (s *space) watch(ctx context.Context) {
	for {
		s.look()
		if !pause(ctx, time.Minute) {
			return
		}
	}
}

// sentences are what to say of the disks with little room.
func (s *space) sentences(t *text.Words) []string {
	var out []string
	for _, l := range s.look() {
		if l.files {
			out = append(out, fmt.Sprintf(t.Trouble.LowFiles, l.folder))
		} else {
			out = append(out, fmt.Sprintf(t.Trouble.LowSpace, templates.Amount(l.free), l.folder))
		}
	}
	return out
}

// folders are those that a console writes to.
func (o Options) folders() []string {
	list := []string{filepath.Dir(o.ConfigPath)}
	if o.State != "" {
		list = append(list, o.State)
	}
	return list
}
