package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// ErrTOTPSecret means that a text is no secret of a one-time password.
var ErrTOTPSecret = errors.New("a secret is 16 to 64 bytes in base32")

// What every telephone's app knows (RFC 6238, the defaults of its section 4
// and of otpauth URIs).
const (
	totpStep   = 30 * time.Second
	totpSecret = 20 // bytes, as RFC 4226, section 4, recommends
	// totpAhead is by how many steps, 10 minutes, the last one used may be ahead
	// of the clock. Further ahead, the clock has been set back since: who has the
	// telephone must not be shut out until that time comes again.
	totpAhead = 20
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTPSecret makes a secret for SetTOTP: 20 random bytes in base32.
func NewTOTPSecret() string {
	b := make([]byte, totpSecret)
	rand.Read(b) // never fails
	return base32NoPad.EncodeToString(b)
}

// TOTPMatches reports whether code is the one of secret now, or of 30 s
// before or after. It is for the code that shows that a telephone has taken
// a new secret; a login needs UseTOTP.
func TOTPMatches(secret, code string, now time.Time) bool {
	return matchStep(secret, code, now) != 0
}

// TOTPSecret returns user's secret in base32, "" where there is none. The
// error may be ErrNoUser.
func (s *Store) TOTPSecret(ctx context.Context, user string) (string, error) {
	var secret string
	err := s.db.QueryRowContext(ctx, `SELECT totp_secret FROM users WHERE name = ?`, user).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoUser
	}
	if err != nil {
		return "", fmt.Errorf("one-time password of %q: %w", user, err)
	}
	return secret, nil
}

// SetTOTP sets user's secret, base32; "" turns it off. The error may be
// ErrNoUser or ErrTOTPSecret.
func (s *Store) SetTOTP(ctx context.Context, user, secret string) error {
	secret = strings.ToUpper(strings.TrimRight(secret, "="))
	if secret != "" {
		// RFC 4226, R6: at least 128 bits.
		b, err := base32NoPad.DecodeString(secret)
		if err != nil || len(b) < 16 || len(b) > 64 {
			return fmt.Errorf("one-time password of %q: %w", user, ErrTOTPSecret)
		}
		secret = base32NoPad.EncodeToString(b)
	}
	n, err := affected(s.db.ExecContext(ctx, `UPDATE users SET totp_secret = ?, totp_last = 0 WHERE name = ?`, secret, user))
	if err == nil && n == 0 {
		err = ErrNoUser
	}
	if err != nil {
		return fmt.Errorf("set one-time password of %q: %w", user, err)
	}
	return nil
}

// UseTOTP reports whether code is user's now, or of 30 s before or after. A
// code that was right is used up with all before it (RFC 6238, section 5.2).
// It is false for one who has no secret. Where the disk does not take that a
// code is used up, it is kept in memory.
func (s *Store) UseTOTP(ctx context.Context, user, code string) (bool, error) {
	var ok bool
	err := s.tx(ctx, fmt.Sprintf("one-time password of %q", user), func(tx *sql.Tx) error {
		step, err := s.totpStep(ctx, tx, user, code)
		if err != nil || step == 0 {
			return err
		}
		ok = true
		_, err = tx.ExecContext(ctx, `UPDATE users SET totp_last = ? WHERE name = ?`, step, user)
		return err
	})
	if passing(err) {
		step, err := s.totpStep(ctx, s.db, user, code)
		return err == nil && step != 0 && s.spare.use(user, step), err
	}
	return ok && err == nil, err
}

// totpStep returns the step of user whose code is code, and that is not used
// up; 0 where there is none.
func (s *Store) totpStep(ctx context.Context, q querier, user, code string) (int64, error) {
	var secret string
	var last int64
	err := q.QueryRowContext(ctx, `SELECT totp_secret, totp_last FROM users WHERE name = ? AND totp_secret <> ''`, user).Scan(&secret, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return matchStep(secret, code, s.now(), last, s.spare.step(user)), nil
}

// usedUp reports whether step is used up, where last was the last one used.
func usedUp(step, last int64) bool { return step <= last && last <= step+totpAhead }

// matchStep returns the step around now that is not used up, where these were
// the last used on disk and in memory, and whose code is code; 0 where there is
// none.
func matchStep(secret, code string, now time.Time, last ...int64) int64 {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "") // apps show "123 456"
	current := now.Unix() / int64(totpStep/time.Second)
	var found int64
	for step := current - 1; step <= current+1; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0 // not base32: nothing matches
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 &&
			!slices.ContainsFunc(last, func(l int64) bool { return usedUp(step, l) }) {
			found = step
		}
	}
	return found
}
