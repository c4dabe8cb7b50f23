package firewall

import (
	"errors"
	"fmt"
	"os"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Errors of this package, for errors.Is. A ruleset that makes no sense matches
// os.ErrInvalid.
var (
	// ErrNoNFTables is a kernel that lacks nf_tables or a part of it that the
	// ruleset needs.
	ErrNoNFTables = errors.New("the kernel lacks a part of nftables: " +
		"modprobe -a nf_tables nft_ct nft_chain_nat nft_nat nft_masq")
	// ErrPermission is a caller without CAP_NET_ADMIN. It matches
	// os.ErrPermission too.
	ErrPermission = fmt.Errorf("nftables needs root or CAP_NET_ADMIN: %w", os.ErrPermission)
	// ErrInterrupted is a table that changed under every one of a few
	// attempts to read it.
	ErrInterrupted = errors.New("the table changed while it was read, several times")
)

// invalid is a ruleset that makes no sense.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", fmt.Errorf(format, args...), os.ErrInvalid)
}

// explain gives an error of the kernel's its meaning. Nothing here refers to
// what may be missing, so "no such" is always about a part of the kernel.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EPERM):
		return ErrPermission
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EOPNOTSUPP),
		errors.Is(err, unix.EPROTONOSUPPORT), errors.Is(err, unix.EAFNOSUPPORT):
		return fmt.Errorf("%w (%w)", ErrNoNFTables, err)
	}
	return err
}

// transient tells whether the same request may well succeed the next time:
// the kernel was short of room, or somebody else was faster.
func transient(err error) bool {
	for _, errno := range []error{unix.EBUSY, unix.ENOBUFS, unix.EAGAIN, unix.EINTR, unix.ERESTART, ErrInterrupted} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// sequenceOf is the message that the kernel refused, 0 when err is not a
// refusal.
func sequenceOf(err error) uint32 {
	var op *netlink.OpError
	if !errors.As(err, &op) {
		return 0
	}
	return op.Sequence
}
