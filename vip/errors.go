package vip

import "errors"

// Errors that errors.Is can tell apart. Missing permission matches
// os.ErrPermission.
var (
	// ErrElsewhere means the address is in use on this machine in another way:
	// on another interface, or for IPv6 with another mask.
	ErrElsewhere = errors.New("address is already held")
	// ErrNoInterface means no interface has that name.
	ErrNoInterface = errors.New("no such interface")
	// ErrInterrupted means the addresses or links changed during each of
	// several attempts to list them.
	ErrInterrupted = errors.New("changed while it was read, several times")
)
