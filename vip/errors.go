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
	// ErrNoAnswer means nobody answered in time.
	ErrNoAnswer = errors.New("no answer")
	// ErrLinkDown means that packets cannot leave by the interface now.
	ErrLinkDown = errors.New("link down")
	// ErrNoNeighbours means the kind of interface has no neighbours to ask.
	ErrNoNeighbours = errors.New("interface has no neighbours")
	// ErrOwn means an address is this machine's.
	ErrOwn = errors.New("is an address of this router")
)
