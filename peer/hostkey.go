package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A HostKey is the public key by which a router proves that it is the one.
type HostKey struct{ key ssh.PublicKey }

// ParseHostKey reads what HostKey.String wrote.
func ParseHostKey(line string) (HostKey, error) {
	if len(line) > 16<<10 {
		return HostKey{}, errors.New("host key is too long")
	}
	key, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || len(rest) > 0 {
		return HostKey{}, errors.New("is no public key")
	}
	return HostKey{key}, nil
}

// String is the key as a line of a .pub file, without comment.
func (k HostKey) String() string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.key))) }

// Fingerprint is what ssh-keygen -lf prints: SHA256:...
func (k HostKey) Fingerprint() string { return ssh.FingerprintSHA256(k.key) }

// Type is ssh-ed25519 and the like.
func (k HostKey) Type() string { return k.key.Type() }

// File is the file that has the key on a Debian or Red Hat router.
func (k HostKey) File() string {
	kind := "ed25519"
	switch {
	case strings.HasPrefix(k.Type(), "ecdsa"):
		kind = "ecdsa"
	case strings.HasPrefix(k.Type(), "ssh-rsa"):
		kind = "rsa"
	}
	return "/etc/ssh/ssh_host_" + kind + "_key.pub"
}

// KnownHostsPath is where the confirmed host keys are in the state directory.
func KnownHostsPath(state string) string { return filepath.Join(state, "known_hosts") }

// longestHosts bounds the file, in bytes.
const longestHosts = 1 << 20

// KnownHosts are the host keys that an administrator has confirmed, in a file
// of OpenSSH's format.
type KnownHosts struct {
	Path string

	mu sync.Mutex // one change of the file at a time
}

// Trust makes key the only one of the host at address, host:port.
func (k *KnownHosts) Trust(address string, key HostKey) error {
	return k.change(address, knownhosts.Line([]string{knownhosts.Normalize(address)}, key.key)+"\n")
}

// Forget takes the keys of the host at address out.
func (k *KnownHosts) Forget(address string) error { return k.change(address, "") }

// change puts line in place of those of the host at address.
func (k *KnownHosts) change(address, line string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, err := readRegular(k.Path, longestHosts, onlyOurs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", k.Path, err)
	}
	var out strings.Builder
	name := knownhosts.Normalize(address)
	for l := range strings.Lines(string(b)) {
		hosts, _, _ := strings.Cut(l, " ")
		if !slices.Contains(strings.Split(hosts, ","), name) {
			out.WriteString(l)
		}
	}
	out.WriteString(line)
	if err := writeFile(k.Path, []byte(out.String())); err != nil {
		return fmt.Errorf("%s: %w", k.Path, err)
	}
	return nil
}

// Of returns the confirmed keys of the host at address; none is no error.
func (k *KnownHosts) Of(address string) ([]HostKey, error) {
	callback, err := k.callback()
	if callback == nil || err != nil {
		return nil, err
	}
	var wrong *knownhosts.KeyError
	// It knows no such key, and says which it would take.
	err = callback(address, noAddr{}, noKey{})
	if !errors.As(err, &wrong) {
		return nil, err
	}
	var keys []HostKey
	for _, w := range wrong.Want {
		keys = append(keys, HostKey{w.Key})
	}
	return keys, nil
}

// callback is nil where no file is.
func (k *KnownHosts) callback() (ssh.HostKeyCallback, error) {
	if _, err := os.Stat(k.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if _, err := readRegular(k.Path, longestHosts, onlyOurs); err != nil {
		return nil, fmt.Errorf("%s: %w", k.Path, err)
	}
	return knownhosts.New(k.Path)
}

// noAddr is no host's address, and noKey no host's key.
type (
	noAddr struct{}
	noKey  struct{}
)

func (noAddr) Network() string                    { return "tcp" }
func (noAddr) String() string                     { return "0.0.0.0:0" }
func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

var _ net.Addr = noAddr{}

// algorithms are the host key algorithms to ask for: those of the keys that
// are known first, so that a host of several keys shows the one that was
// confirmed, then the others, so that a changed one is seen.
func algorithms(known []HostKey) []string {
	all := []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
	var first []string
	for _, k := range known {
		if k.Type() == ssh.KeyAlgoRSA {
			first = append(first, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			first = append(first, k.Type())
		}
	}
	for _, a := range all {
		if !slices.Contains(first, a) {
			first = append(first, a)
		}
	}
	return first
}
