// Package control holds the words that pulse, nanny and lvsgui say to each
// other, and the sockets they say them over.
//
// Two conversations share one form, a JSON value a line (RFC 8259; MaxRequest,
// MaxPlan, MaxReply, MaxOrder and MaxReport bound the lines):
//
//   - Anyone allowed to open /run/pulse/control.sock asks pulse with a Request
//     and reads one Reply, or a stream of Replies for "events".
//   - pulse tells each nanny, over an inherited socket pair, the whole of what
//     it must watch with an Order; the nanny answers with Reports. The socket's
//     end of file is the end of the nanny.
package control
