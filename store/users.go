package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// What may be wrong with a user.
var (
	ErrUserName   = errors.New("a user's name is 1 to 32 small letters, digits, '.', '_' and '-', and starts with a letter")
	ErrUserExists = errors.New("there is such a user already")
	ErrNoUser     = errors.New("there is no such user")
	ErrLastAdmin  = errors.New("somebody must stay admin, and this is the last")
)

var userName = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,31}$`)

// A User is somebody who can log in.
type User struct {
	Name      string
	Role      Role
	Created   time.Time
	Changed   time.Time // when the password was
	LastLogin time.Time // zero: never
	TOTP      bool      // a code is asked for as well
}

const userColumns = `name, role, created, changed, last_login, totp_secret <> ''`

func scanUser(row interface{ Scan(...any) error }) (User, error) {
	var u User
	var created, changed, last int64
	if err := row.Scan(&u.Name, &u.Role, &created, &changed, &last, &u.TOTP); err != nil {
		return User{}, err
	}
	u.Created, u.Changed, u.LastLogin = at(created), at(changed), at(last)
	return u, nil
}

// HasUsers reports whether anyone can log in yet.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	has, err := hasUsers(ctx, s.db)
	if err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return has, nil
}

func hasUsers(ctx context.Context, q querier) (bool, error) {
	var yes bool
	err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users)`).Scan(&yes)
	return yes, err
}

// Users returns all users by name.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	out, err := list(ctx, s.db, scanUser, `SELECT `+userColumns+` FROM users ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return out, nil
}

// User returns one user. The error may be ErrNoUser.
func (s *Store) User(ctx context.Context, name string) (User, error) {
	u, err := scanUser(s.db.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE name = ?`, name))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoUser
	}
	if err != nil {
		return User{}, fmt.Errorf("user %q: %w", name, err)
	}
	return u, nil
}

// AddUser makes a user. The error may be ErrUserName, ErrUserExists, ErrRole
// or what CheckPassword found wrong.
func (s *Store) AddUser(ctx context.Context, name string, role Role, password string) error {
	hash, err := s.checkedHash(ctx, name, role, password)
	if err != nil {
		return err
	}
	return s.tx(ctx, "add user "+name, func(tx *sql.Tx) error { return s.insertUser(ctx, tx, name, role, hash) })
}

// checkedHash returns the hash of password if name may be a user with it.
func (s *Store) checkedHash(ctx context.Context, name string, role Role, password string) (string, error) {
	if !userName.MatchString(name) {
		return "", fmt.Errorf("user %q: %w", name, ErrUserName)
	}
	if !role.Known() {
		return "", fmt.Errorf("role %q of user %s: %w", role, name, ErrRole)
	}
	if err := CheckPassword(name, password); err != nil {
		return "", err
	}
	if err := s.takeHashing(ctx); err != nil {
		return "", err
	}
	defer s.freeHashing()
	return hashPassword(password), nil
}

func (s *Store) insertUser(ctx context.Context, tx *sql.Tx, name string, role Role, hash string) error {
	now := s.now().Unix()
	n, err := affected(tx.ExecContext(ctx, `INSERT INTO users (name, role, password, created, changed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO NOTHING`, name, role, hash, now, now))
	if err == nil && n == 0 {
		err = ErrUserExists
	}
	return err
}

// SetRole gives a user another role, from the next request on, and lowers the
// user's tokens to it. The error may be ErrNoUser, ErrRole or ErrLastAdmin.
func (s *Store) SetRole(ctx context.Context, name string, role Role) error {
	if !role.Known() {
		return fmt.Errorf("role %q of user %s: %w", role, name, ErrRole)
	}
	return s.tx(ctx, "set role of "+name, func(tx *sql.Tx) error {
		if role != Admin {
			if err := notLastAdmin(ctx, tx, name); err != nil {
				return err
			}
		}
		n, err := affected(tx.ExecContext(ctx, `UPDATE users SET role = ? WHERE name = ?`, role, name))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoUser
		}
		for _, more := range Roles {
			if role.Allows(more) {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE tokens SET role = ? WHERE user = ? AND role = ?`, role, name, more); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteUser deletes a user with its sessions, tokens and draft. The error
// may be ErrNoUser or ErrLastAdmin.
func (s *Store) DeleteUser(ctx context.Context, name string) error {
	return s.tx(ctx, "delete user "+name, func(tx *sql.Tx) error {
		if err := notLastAdmin(ctx, tx, name); err != nil {
			return err
		}
		// The rest goes with it: the tables refer to users.
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM users WHERE name = ?`, name))
		if err == nil && n == 0 {
			err = ErrNoUser
		}
		if err != nil {
			return err
		}
		s.spare.endUser(name)
		_, err = tx.ExecContext(ctx, `DELETE FROM login_failures WHERE name = ?`, tried(name))
		return err
	})
}

// notLastAdmin returns ErrLastAdmin where name is the only admin.
func notLastAdmin(ctx context.Context, tx *sql.Tx, name string) error {
	var last bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE name = ? AND role = 'admin')
		AND NOT EXISTS (SELECT 1 FROM users WHERE name <> ? AND role = 'admin')`, name, name).Scan(&last)
	if err == nil && last {
		err = ErrLastAdmin
	}
	return err
}

// SetPassword gives user a password, making the user, as Admin, where there is
// none, and forgets the failed logins and ends all sessions of the user. It
// returns ErrUserName or what CheckPassword found wrong.
func (s *Store) SetPassword(ctx context.Context, user, password string) error {
	hash, err := s.checkedHash(ctx, user, Admin, password)
	if err != nil {
		return err
	}
	return s.tx(ctx, "set password of "+user, func(tx *sql.Tx) error {
		now := s.now().Unix()
		if _, err := tx.ExecContext(ctx, `INSERT INTO users (name, role, password, created, changed) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET password = excluded.password, changed = excluded.changed`, user, Admin, hash, now, now); err != nil {
			return err
		}
		return s.endAll(ctx, tx, user)
	})
}

// Verify reports whether password is user's. It takes as long for a user that
// does not exist, and at most two at once are worked on.
func (s *Store) Verify(ctx context.Context, user, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	var hash string
	err := s.db.QueryRowContext(ctx, `SELECT password FROM users WHERE name = ?`, user).Scan(&hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		hash = dummyHash
	case err != nil:
		return false, fmt.Errorf("look up user %q: %w", user, err)
	}
	if err := s.takeHashing(ctx); err != nil {
		return false, err
	}
	defer s.freeHashing()
	ok, err := matchPassword(hash, password)
	if err != nil {
		return false, fmt.Errorf("user %q: %w", user, err)
	}
	return ok, nil
}
