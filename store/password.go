package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The bounds of a password, in characters and bytes.
const (
	MinPassword = 8
	MaxPassword = 256
)

// What CheckPassword may find wrong.
var (
	ErrShort   = fmt.Errorf("password has fewer than %d characters", MinPassword)
	ErrLong    = fmt.Errorf("password has more than %d bytes", MaxPassword)
	ErrTrivial = errors.New("password is too easy to guess")
)

// The work of one hash: OWASP's second choice for argon2id, about 36 ms.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// Bounds on what a stored hash may ask of us.
const (
	maxMemory = 1 << 20 // KiB
	maxTime   = 16
)

// dummyHash is hashed against where there is no such user, so that the time of
// the answer does not tell. No password matches its all-zero key.
var dummyHash = encodePHC(make([]byte, argonSalt), make([]byte, argonKey))

// CheckPassword says whether user may take password. The error is ErrShort,
// ErrLong or ErrTrivial.
func CheckPassword(user, password string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return ErrShort
	}
	if len(password) > MaxPassword {
		return ErrLong
	}
	if trivial(user, password) {
		return ErrTrivial
	}
	return nil
}

// guesses are what everybody tries first; digits and signs before and after
// them do not make them better.
var guesses = map[string]bool{
	"admin": true, "administrator": true, "changeme": true, "cluster": true,
	"default": true, "iloveyou": true, "letmein": true, "linux": true,
	"lvsgui": true, "master": true, "pacu": true, "passw0rd": true,
	"passwd": true, "password": true, "piranha": true, "pulse": true,
	"qwerty": true, "qwertyui": true, "qwertyuiop": true, "redhat": true,
	"root": true, "secret": true, "test": true, "welcome": true, "q1w2e3r4": true,
}

func trivial(user, password string) bool {
	p := strings.ToLower(password)
	core := strings.Trim(p, "0123456789!@#$%^&*()-_=+.,?")
	if core == strings.ToLower(user) || guesses[p] || guesses[core] {
		return true
	}
	// All one letter, 12345678, abcdefgh, 87654321.
	var same, up, down = true, true, true
	for i := 1; i < len(p); i++ {
		d := int(p[i]) - int(p[i-1])
		same = same && d == 0
		up = up && d == 1
		down = down && d == -1
	}
	if same || up || down {
		return true
	}
	different := map[rune]bool{}
	for _, r := range p {
		different[r] = true
	}
	return len(different) < 4
}

// takeHashing waits for leave to hash; give it back with freeHashing.
func (s *Store) takeHashing(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) freeHashing() { <-s.hashing }

// hashPassword returns a new PHC string for password.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	return encodePHC(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey))
}

func encodePHC(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// matchPassword reports whether password is the one hash was made of. An
// error means that hash is not an argon2id PHC string.
func matchPassword(hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errors.New("stored password is no argon2id PHC string")
	}
	var version int
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("stored password: version %q is not %d", parts[2], argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false, fmt.Errorf("stored password: parameters %q: %w", parts[3], err)
	}
	if memory == 0 || memory > maxMemory || passes == 0 || passes > maxTime || threads == 0 {
		return false, fmt.Errorf("stored password: parameters %q are out of range", parts[3])
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("stored password: salt: %w", err)
	}
	key, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("stored password: key: %w", err)
	}
	if len(key) < 16 || len(key) > 64 {
		return false, fmt.Errorf("stored password: key of %d bytes", len(key))
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}
