package peer

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// IdentityPath is where the console's ssh key is in its state directory.
func IdentityPath(state string) string { return filepath.Join(state, "ssh_key") }

// An Identity is the ssh key by which the console logs in: ed25519, made by
// the console, in OpenSSH's format.
type Identity struct{ signer ssh.Signer }

// longestIdentity bounds what is read of the file, in bytes.
const longestIdentity = 64 << 10

// LoadIdentity reads the key at path, or makes one where there is none. The
// file must be a regular one of ours, mode 0600, and no link. Errors name path.
func LoadIdentity(path string) (*Identity, error) {
	id, err := readIdentity(path)
	if errors.Is(err, fs.ErrNotExist) {
		return NewIdentity(path)
	}
	if err != nil {
		return nil, fmt.Errorf("ssh key %s: %w", path, err)
	}
	return id, nil
}

// NewIdentity makes a new key at path in place of what is there. The error
// names path.
func NewIdentity(path string) (*Identity, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("ssh key %s: %w", path, err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err == nil {
		err = writeFile(path, pem.EncodeToMemory(block))
	}
	if err != nil {
		return nil, fmt.Errorf("ssh key %s: %w", path, err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, fmt.Errorf("ssh key %s: %w", path, err)
	}
	return &Identity{signer}, nil
}

func readIdentity(path string) (*Identity, error) {
	b, err := readRegular(path, longestIdentity, onlyOurs)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(b)
	if err != nil {
		// The library's words may tell of the file's bytes.
		return nil, errors.New("is no private key: remove the file to have a new one made")
	}
	return &Identity{signer}, nil
}

// PublicLine is the line for authorized_keys on the other router, without
// options and comment.
func (i *Identity) PublicLine() string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(i.signer.PublicKey())))
}

// Fingerprint is that of the public key, SHA256:...
func (i *Identity) Fingerprint() string { return ssh.FingerprintSHA256(i.signer.PublicKey()) }
