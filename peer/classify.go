package peer

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"unicode"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// classify finds the fault in what a step ended with.
func (l *link) classify(s Step, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return l.fault(s, faultOf(s, err), err)
}

func faultOf(s Step, err error) Fault {
	var dns *net.DNSError
	var ne net.Error
	var missing *ssh.ExitMissingError
	switch {
	case errors.As(err, &dns):
		return Unresolved
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable
	case errors.As(err, &ne) && ne.Timeout():
		return Timeout
	case errors.Is(err, fs.ErrPermission) && (s == Config || s == Key || s == Verify):
		return NoRead
	case errors.Is(err, fs.ErrPermission):
		return NoWrite
	case errors.Is(err, fs.ErrNotExist) && (s == Folder || s == Put):
		return NoFolder
	case errors.Is(err, sftp.ErrSSHFxConnectionLost), errors.Is(err, sftp.ErrSSHFxNoConnection), errors.As(err, &missing),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Lost
	}
	return Failed
}

// printable is what the other side said, fit for a page and a log: without
// control characters.
func printable(b []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(string(b), "\t", " "), "")))
}
