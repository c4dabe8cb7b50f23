// Package probe asks real servers whether they serve, and judges them: a Check
// asks one server once, a Machine turns the results into up, down and a weight.
//
// There is a file for each check, which names the protocol it speaks and where
// that is written down. All keep to their Way: limits of time, a source
// address, a mark; all read no more than they need; and each says in its Result
// what it saw, and what it had expected.
//
// TCP, SendExpect, UDP, SCTP and Program are lvs.cf's send, expect, use_regex
// and send_program, as Piranha's nanny had them, with these differences from
// Piranha 0.8:
//
//   - An answer may come in several packets; Piranha compared only the first.
//   - A program that fails or is late is down, always; Piranha took it for up.
//   - A program without an expect decides by its exit status; Piranha took it
//     for down.
//   - No ICMP echo is sent first; Piranha never looked at the reply.
//   - A server of weight 0 stays at 0 when it comes up; Piranha gave it 1.
package probe
