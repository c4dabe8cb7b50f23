// Package textdiff compares texts line by line (E. Myers, "An O(ND) Difference
// Algorithm and Its Variations", Algorithmica 1, 1986) and merges two edits of
// one text (diff3). It knows nothing of what the lines say.
package textdiff
