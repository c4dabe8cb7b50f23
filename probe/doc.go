// Package probe checks real servers the way Piranha's nanny did, and judges
// them: a Check asks one server once, a Machine turns the results into up,
// down and a weight.
//
// The checks are a TCP or SCTP connection, a text sent and an answer expected
// over TCP (RFC 9293) or UDP (RFC 768), and an external program. They follow
// lvs.cf's send, expect, use_regex and send_program, with these differences
// from Piranha 0.8:
//
//   - An answer may come in several packets; Piranha compared only the first.
//   - A program that fails or is late is down, always; Piranha took it for up.
//   - A program without an expect decides by its exit status; Piranha took it
//     for down.
//   - No ICMP echo is sent first; Piranha never looked at the reply.
//   - A server of weight 0 stays at 0 when it comes up; Piranha gave it 1.
package probe
