package peer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/pkg/sftp"
)

// stagePrefix begins the name of the folder in which a file is put before it
// takes its place.
const stagePrefix = ".pacu-push."

// A stage is a folder beside lvs.cf there, which nobody but the account can
// enter, not even between making it and closing it: sftp gives a new file the
// mode of the account's umask, and both files have secrets.
type stage struct {
	l    *link
	path string
	uid  uint32 // of the account
}

// files begins sftp.
func (l *link) files() error {
	if l.sftp != nil {
		return nil
	}
	c, err := sftp.NewClient(l.ssh)
	if err != nil {
		// A connection that is lost looks the same; what follows would tell.
		if _, _, alive := l.ssh.SendRequest("keepalive@openssh.com", true, nil); alive != nil {
			return alive
		}
		return l.fault(Folder, NoSFTP, err)
	}
	l.sftp = c
	return nil
}

// newStage makes the stage in folder, after removing what earlier ones left.
func (l *link) newStage(folder string) (*stage, error) {
	if err := l.sweep(folder); err != nil {
		return nil, err
	}
	s := &stage{l: l, path: path.Join(folder, stagePrefix+rand.Text())}
	if err := l.sftp.Mkdir(s.path); err != nil {
		return nil, l.full(folder, 0, err)
	}
	err := l.sftp.Chmod(s.path, 0o700)
	var fi fs.FileInfo
	if err == nil {
		fi, err = l.sftp.Lstat(s.path)
	}
	if err == nil && (!fi.IsDir() || fi.Mode().Perm() != 0o700) {
		err = fmt.Errorf("%s has mode %v", s.path, fi.Mode())
	}
	if err == nil {
		// Whoever was in before it was closed can have left something.
		var all []fs.FileInfo
		if all, err = l.sftp.ReadDir(s.path); err == nil && len(all) > 0 {
			err = fmt.Errorf("%s is not empty", s.path)
		}
	}
	if err != nil {
		return nil, errors.Join(err, l.sftp.RemoveDirectory(s.path))
	}
	if st, ok := fi.Sys().(*sftp.FileStat); ok {
		s.uid = st.UID
	}
	return s, nil
}

// sweep removes the stages that pushes left which lost their connection.
func (l *link) sweep(folder string) error {
	all, err := l.sftp.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, fi := range all {
		if fi.IsDir() && strings.HasPrefix(fi.Name(), stagePrefix) {
			if err := l.remove(path.Join(folder, fi.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove takes a stage and the file in it away.
func (l *link) remove(dir string) error {
	all, err := l.sftp.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, fi := range all {
		if err := l.sftp.Remove(path.Join(dir, fi.Name())); err != nil {
			return err
		}
	}
	return l.sftp.RemoveDirectory(dir)
}

// put writes b to a file called name on the stage, onto the disk where the
// server can, and returns its path.
func (s *stage) put(name string, b []byte) (string, error) {
	p := path.Join(s.path, name)
	f, err := s.l.sftp.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return "", s.l.full(s.path, len(b), err)
	}
	// Written one after the other, so that what fails is known to be the end.
	_, err = f.Write(b)
	if _, can := s.l.sftp.HasExtension("fsync@openssh.com"); can && err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", s.l.full(s.path, len(b), err)
	}
	return p, nil
}

// like gives the file at p the mode, and as far as the account may the owner,
// of old; of a file that replaces none, the group of the folder.
func (s *stage) like(p string, old fs.FileInfo, folder fs.FileInfo) error {
	mode := fs.FileMode(0o640)
	uid, gid := s.uid, uint32(0)
	if st, ok := folder.Sys().(*sftp.FileStat); ok {
		gid = st.GID
	}
	if old != nil {
		mode = old.Mode().Perm()
		if st, ok := old.Sys().(*sftp.FileStat); ok {
			uid, gid = st.UID, st.GID
		}
	}
	err := s.l.sftp.Chown(p, int(uid), int(gid))
	if errors.Is(err, fs.ErrPermission) {
		err = s.l.sftp.Chown(p, int(s.uid), int(gid))
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return s.l.sftp.Chmod(p, mode) // after chown, which may clear bits
}

// full is err, or that the disk of dir has no room for need bytes: sftp has no
// word for that and says "failure".
func (l *link) full(dir string, need int, err error) error {
	var status *sftp.StatusError
	if !errors.As(err, &status) {
		return err
	}
	if v, verr := l.sftp.StatVFS(dir); verr == nil && v.Files > 0 && v.Ffree == 0 || verr == nil && v.Bavail*v.Frsize < uint64(need)+v.Frsize {
		return l.fault(Put, DiskFull, err)
	}
	return err
}

// read reads the file at p, of at most max bytes.
func (l *link) read(s Step, p string, max int64) ([]byte, fs.FileInfo, error) {
	f, err := l.sftp.Open(p)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > max {
		return nil, nil, l.fault(s, TooLong, fmt.Errorf("%s: %d bytes, mode %v", p, fi.Size(), fi.Mode()))
	}
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(b)) > max {
		return nil, nil, l.fault(s, TooLong, fmt.Errorf("%s: more than %d bytes", p, max))
	}
	return b, fi, nil
}
