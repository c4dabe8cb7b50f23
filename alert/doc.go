// Package alert turns what pulse tells into messages for people: by mail
// (RFC 5321), to a webhook, and to syslog (RFC 5424).
//
// A Machine is pure: it is given pulse's events and snapshots, and returns the
// alerts that are due. Each change of an object is told once: changes that come
// together are told together, an object that flaps is told of now and then, no
// more than so many alerts are sent in a minute, and what quiet hours and that
// limit held back comes as one digest. Both routers probe; only the active one
// tells of real servers.
//
// An Engine feeds a Machine from pulse's control socket and keeps what is to be
// sent in an Outbox; a courier for each channel sends it from there, in order,
// at least once.
package alert
