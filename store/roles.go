package store

import (
	"errors"
	"slices"
)

// A Role says what its user may do.
type Role string

// The roles, each of which may do all that the one before may.
const (
	Viewer   Role = "viewer"   // sees everything but secrets
	Operator Role = "operator" // changes lvs.cf, acts on the routers
	Admin    Role = "admin"    // manages users and tokens
)

// Roles are all roles, the least first.
var Roles = []Role{Viewer, Operator, Admin}

// ErrRole means that a role is unknown, or more than a user may give.
var ErrRole = errors.New("no such role, or more than the user's own")

// Known reports whether r is one of Roles.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Allows reports whether one with role r may do what wants role want. An
// unknown role allows nothing, and nobody has one that is wanted.
func (r Role) Allows(want Role) bool {
	return r.Known() && want.Known() && slices.Index(Roles, r) >= slices.Index(Roles, want)
}
