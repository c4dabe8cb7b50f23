// Package heartbeat speaks pulse's heartbeat and decides by it which of two
// routers serves.
//
// Without a key the heartbeat is Piranha's: one UDP datagram of 4 bytes, from
// and to heartbeat_port (539), a number in the byte order of the sender.
// Wireshark decodes it as "pulse". There is no sequence number and no
// authentication; only the sender's address is checked. With lvs.key it is a
// packet of this project of 188 bytes that says much more: see Beat. It ends
// with two HMAC-SHA256 (RFC 2104), one for each key that lvs.key may hold, so
// that a key can be changed while both routers run: see PacketSize and Line.
//
// Node is a router as a pure state machine: it is stepped with events and the
// time, and answers with actions. Line makes datagrams of its Beats, and Beats
// of the partner's datagrams; Drops counts those it refuses. Path is a UDP
// socket that carries them. Nothing here starts a goroutine.
package heartbeat
