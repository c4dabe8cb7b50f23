// Package man writes lvs.cf(5), the manual page of lvs.cf, from the tables
// that lvscf itself reads: Directives for the words, Codes for the problems.
// What the tables do not hold, the prose around them and the worked examples,
// is here, in English and in Chinese.
//
// The pages are in the macros of man(7). They are committed in packaging/man,
// and a test fails when they are not what Page returns;
//
//	go test ./lvscf/man -update
//
// writes them anew.
package man
