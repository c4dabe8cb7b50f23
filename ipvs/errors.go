package ipvs

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Errors of this package, for errors.Is. An object that is missing or already
// there matches os.ErrNotExist or os.ErrExist; a request that makes no sense
// matches os.ErrInvalid; one that the kernel was not built for,
// errors.ErrUnsupported.
var (
	// ErrNoIPVS is a kernel without the netlink family.
	ErrNoIPVS = errors.New("the kernel has no IPVS: modprobe ip_vs")
	// ErrPermission is a caller without CAP_NET_ADMIN. It matches
	// os.ErrPermission too.
	ErrPermission = fmt.Errorf("IPVS needs root or CAP_NET_ADMIN: %w", os.ErrPermission)
	// ErrInterrupted is a table that changed under every one of a few
	// attempts to read it.
	ErrInterrupted = errors.New("the table changed while it was read")
	// ErrShort is a message from the kernel that is cut off, or lacks or
	// garbles what it must have.
	ErrShort = errors.New("short or garbled message")
	// ErrNoScheduler is a scheduler or persistence engine that the kernel
	// does not have, nor a module ip_vs_NAME for it.
	ErrNoScheduler = errors.New("the kernel has no such scheduler or persistence engine")
	// ErrBusy is a kernel that cannot do now what it may do a moment later:
	// EBUSY, EAGAIN, ENOBUFS and ENOMEM.
	ErrBusy = errors.New("the kernel is busy")
)

// A BatchError says which changes of an Apply failed; the others are done.
type BatchError struct {
	Failed []OpError // never empty, by rising Index
}

// Error names the first failure, and the number of the others.
func (e *BatchError) Error() string {
	switch n := len(e.Failed); n {
	case 0:
		return "no change failed"
	case 1:
		return e.Failed[0].Error()
	default:
		return fmt.Sprintf("%v (and %d more changes failed)", e.Failed[0], n-1)
	}
}

// Unwrap gives errors.Is and errors.As every failure.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		errs[i] = f
	}
	return errs
}

// An OpError is the failure of one change.
type OpError struct {
	Index int // in the slice given to Apply
	Op    Op
	Err   error
}

// Error reads like "delete tcp 10.0.0.1:80: no such service".
func (e OpError) Error() string { return e.Op.String() + ": " + e.Err.Error() }

// Unwrap is Err.
func (e OpError) Unwrap() error { return e.Err }

// A meaning is an error in words that fit the object, which still matches what
// it stands for.
type meaning struct {
	text string
	is   []error
}

func (m *meaning) Error() string   { return m.text }
func (m *meaning) Unwrap() []error { return m.is }

func invalid(text string) error { return &meaning{text, []error{os.ErrInvalid}} }

// refusal gives the errno by which the kernel refused a command its meaning.
// The kernel's text, if it sent one, follows.
func refusal(cmd command, errno syscall.Errno, text string) error {
	m := &meaning{errno.Error(), []error{errno}}
	mean := func(text string, is error) { m.text, m.is = text, append(m.is, is) }
	switch errno {
	case syscall.EPERM:
		mean(ErrPermission.Error(), ErrPermission)
	case syscall.EEXIST:
		mean("already there", os.ErrExist)
	case syscall.ESRCH:
		if cmd == cmdDelDaemon {
			mean("not running", os.ErrNotExist)
			break
		}
		mean("no such service", os.ErrNotExist)
	case syscall.ENOENT:
		if cmd == cmdNewService || cmd == cmdSetService {
			// Not errno too: ENOENT matches os.ErrNotExist, which would read
			// as a missing service.
			m = &meaning{ErrNoScheduler.Error(), []error{ErrNoScheduler}}
			break
		}
		mean("no such destination", os.ErrNotExist)
	case syscall.EINVAL, syscall.ERANGE:
		mean(errno.Error(), os.ErrInvalid)
		if cmd == cmdNewDaemon && text == "" {
			// All else that it could be, check has refused.
			text = "no sync daemon beside a destination of the other address family"
		}
	case syscall.EAFNOSUPPORT:
		mean("the kernel does not balance this address family", errors.ErrUnsupported)
	case syscall.EPROTONOSUPPORT:
		mean("the kernel does not balance this protocol", errors.ErrUnsupported)
	case syscall.EOPNOTSUPP:
		mean("the kernel does not know this request", errors.ErrUnsupported)
	case syscall.EBUSY, syscall.EAGAIN, syscall.ENOBUFS, syscall.ENOMEM:
		mean(ErrBusy.Error()+": "+errno.Error(), ErrBusy)
	}
	if text != "" {
		m.text += " (" + text + ")"
	}
	return m
}

// refusal gives the errno by which the kernel refused o its meaning.
func (o *Op) refusal(errno syscall.Errno, text string) error {
	mixed := (o.cmd == cmdNewDest || o.cmd == cmdSetDest) && o.dest.crosses(o.svc.Key)
	if mixed && errno == syscall.EINVAL && text == "" {
		// All else that it could be, check has refused.
		text = "no destination of the other address family beside a sync daemon"
	}
	return refusal(o.cmd, errno, text)
}

// busy has an error of the socket match ErrBusy where it should.
func busy(err error) error {
	for _, errno := range []syscall.Errno{syscall.EBUSY, syscall.EAGAIN, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, errno) {
			return &meaning{ErrBusy.Error() + ": " + err.Error(), []error{err, ErrBusy}}
		}
	}
	return err
}
