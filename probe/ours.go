package probe

import "golang.org/x/sys/unix"

// ours says what an error tells of this router, when it is not the server's;
// "" is no such error.
func ours(e unix.Errno) string {
	switch e {
	case unix.ENETUNREACH:
		return "this router has no route to it"
	case unix.ENETDOWN:
		return "an interface of this router is down"
	case unix.EADDRNOTAVAIL:
		return "this router has no such address to ask from, or no free port"
	case unix.EMFILE, unix.ENFILE:
		return "this router's limit, not the server"
	case unix.ENOBUFS, unix.ENOMEM:
		return "this router is short of memory"
	case unix.EPERM, unix.EACCES:
		return "this router's firewall or rights forbid it"
	case unix.EAFNOSUPPORT:
		return "this router does not speak its protocol"
	}
	return ""
}

// explain is an error in words, with whose fault it is when that is known.
func explain(e unix.Errno) string {
	if why := ours(e); why != "" {
		return e.Error() + " (" + why + ")"
	}
	return e.Error()
}
