package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A Secret is the key file of the heartbeats. It never shows itself.
type Secret struct{ text []byte }

// longestKey bounds the key file, in bytes, as pulse does.
const longestKey = 64 << 10

// ReadSecret reads this router's key of the heartbeats, which is beside lvs.cf,
// or, where the console may not read that (it is root's, mode 0600), the copy
// that systemd hands over: LoadCredential=lvs.key:/etc/sysconfig/ha/lvs.key in
// the unit of lvsgui. Where there is none the error matches fs.ErrNotExist,
// where it may not be read fs.ErrPermission; all errors name the file.
func ReadSecret(config string) (Secret, error) {
	path := filepath.Join(filepath.Dir(config), keyName)
	text, err := readRegular(path, longestKey, onlyOurs)
	if handed := os.Getenv("CREDENTIALS_DIRECTORY"); errors.Is(err, fs.ErrPermission) && handed != "" {
		if b, herr := readRegular(filepath.Join(handed, keyName), longestKey, systemds); herr == nil {
			text, err = b, nil
		} else if !errors.Is(herr, fs.ErrNotExist) {
			path, err = filepath.Join(handed, keyName), herr
		}
	}
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(text) == 0 {
		return Secret{}, fmt.Errorf("%s: is empty", path)
	}
	return Secret{text}, nil
}

// systemds takes every file: systemd keeps the folder to the service, by means
// that the mode does not show (an ACL).
func systemds(unix.Stat_t) error { return nil }

// Known reports whether there is a key in it.
func (s Secret) Known() bool { return len(s.text) > 0 }

// Format prints nothing of the key, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key") }
