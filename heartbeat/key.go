package heartbeat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	// KeySize is the length of a key in bytes: that of HMAC-SHA256's output
	// (RFC 2104, section 3: a shorter one weakens it, a longer one gains nothing).
	KeySize = 32
	// MaxKeys is the most that a key file holds: the new one, and the one
	// before while a change is under way.
	MaxKeys = 2
	// keyIDDomain keeps the hash that names a key apart from any other use.
	keyIDDomain = "pacu heartbeat key id\x00"
)

// A Key authenticates heartbeats. It is secret.
type Key [KeySize]byte

// A KeyID names a key without giving it away. It goes over the wire.
type KeyID [4]byte

// NewKey makes a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails, crypto/rand says
	return k
}

// ID names the key.
func (k Key) ID() KeyID {
	sum := sha256.Sum256(append([]byte(keyIDDomain), k[:]...))
	return KeyID(sum[:4])
}

// String is the key's name, never the key.
func (k Key) String() string { return "key " + k.ID().String() }

// Format is String for every verb, so that %x and %v print no key either.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// String is the name in hex, "3fa9c201".
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// ParseKeys reads the text of a key file: one key a line as 64 hex digits,
// the newest first, at most MaxKeys; comments begin with #. The errors name
// the line and what to do. They never quote it.
func ParseKeys(text string) ([]Key, error) {
	var keys []Key
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var k Key
		if n, err := hex.Decode(k[:], []byte(line[:min(len(line), 2*KeySize)])); err != nil || n != KeySize || len(line) != 2*KeySize {
			return nil, fmt.Errorf("line %d is not a key of %d hex digits (it has %d characters): copy the file from the other router, or make one with 'pulse keygen'",
				number, 2*KeySize, len(line))
		}
		switch {
		case k == Key{}:
			return nil, fmt.Errorf("line %d is a key of zeros: make one with 'pulse keygen'", number)
		case slices.Contains(keys, k):
			return nil, fmt.Errorf("line %d repeats a key: remove it", number)
		case len(keys) == MaxKeys:
			return nil, fmt.Errorf("line %d is a key too many: keep the newest %d, which come first", number, MaxKeys)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("no key in it: make one with 'pulse keygen'")
	}
	return keys, nil
}

// FormatKeys is the text of a key file that ParseKeys reads.
func FormatKeys(keys []Key) string {
	var b strings.Builder
	b.WriteString("# The secret of this cluster's heartbeats: the same file on both routers,\n" +
		"# mode 0600. The first key is the newest. See 'pulse keygen --help'.\n")
	for _, k := range keys {
		b.WriteString(hex.EncodeToString(k[:]))
		b.WriteByte('\n')
	}
	return b.String()
}
