// Package bench measures Pacu beside a peer: both on the same kernel, on the
// same topology built afresh for each, under the same steady clients, in one
// run. Each figure is a line
//
//	bench NAME ours=VALUE peer=NAME:VALUE ratio=X [want<=X|want=0 met|MISSED] [(NOTE)]
//
// where a ratio below 1 speaks for us in all figures that are better when
// smaller, which is all there are so far, and want is what is asked of it: 0.20
// is five times better than the peer; want=0 asks for none at all. Where there is no peer but a fixed bound,
// its name is "bound". Ratios travel from machine to machine; seconds do not.
package bench
