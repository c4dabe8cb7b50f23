// Package series keeps what the charts of the live pages draw: for each
// virtual server, and for as many real servers as memory is set aside for, the
// last 15 minutes in steps of 5 s.
//
// It is pure: whoever looks at pulse hands over each look with its time, and a
// look that failed as such. A step without an answer is a gap, never a guess,
// and a counter that begins anew is a gap as well, not a spike.
package series
