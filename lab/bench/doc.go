// Package bench measures Pacu beside a peer: both on the same kernel, on the
// same topology built afresh for each, under the same steady clients, in one
// run. Each figure is a line
//
//	bench NAME ours=VALUE peer=NAME:VALUE ratio=X
//
// where a ratio below 1 speaks for us in all figures that are better when
// smaller, which is all there are so far. Ratios travel from machine to
// machine; seconds do not.
package bench
