package probe

import "golang.org/x/sys/unix"

// ours says what an error tells of this router, or the way, when it need not be
// the server's; "" is no such error. Routers on the way speak by ICMP, in the
// errors that this one's kernel has too.
func ours(e unix.Errno) string {
	switch e {
	case unix.ENETUNREACH:
		return "no route to it, from this router or one on the way"
	case unix.ENETDOWN:
		return "an interface of this router is down"
	case unix.EADDRNOTAVAIL:
		return "this router has no such address to ask from, or no free port"
	case unix.EMFILE, unix.ENFILE:
		return "this router's limit, not the server"
	case unix.ENOBUFS, unix.ENOMEM:
		return "this router is short of memory"
	case unix.EPERM:
		return "this router's firewall or rights forbid it"
	case unix.EACCES: // over IPv6 ICMP's "prohibited" too
		return "a firewall forbids it, the server's, this router's or one on the way"
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
