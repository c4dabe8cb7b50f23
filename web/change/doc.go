// Package change is the life of one change of lvs.cf, from the moment it is
// applied until it is confirmed or taken back: a state machine without files,
// clocks or sockets. The caller does what Step asks for and tells what came of
// it.
//
// Whatever happens, a change that nobody confirmed in time is taken back, one
// that somebody confirmed is not, and a file that somebody else has changed
// meanwhile is left as it is.
package change
