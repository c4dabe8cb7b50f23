// Package heartbeat speaks pulse's heartbeat and decides by it which of two
// routers serves.
//
// The heartbeat is Piranha's: one UDP datagram of 4 bytes, from and to
// heartbeat_port (539), a number in the byte order of the sender. Wireshark
// decodes it as "pulse". There is no sequence number and no authentication;
// only the sender's address is checked.
//
// Node is a router as a pure state machine: it is stepped with events and the
// time, and answers with actions. Path is a UDP socket that carries its
// messages. Nothing here starts a goroutine.
package heartbeat
