// Package lvscf speaks lvs.cf, the configuration language of Piranha's pulse,
// lvsd and nanny, as Piranha 0.8.6 reads it and with Pacu's extensions.
//
// Three layers stand on each other:
//
//   - Parse makes a File, a tree of lines that keeps every byte: comments,
//     spacing, quotes, line ends, a byte order mark. It never fails; what it
//     could not understand is in File.Problems, and stays in the tree.
//   - File.Check turns a File into a Config, typed, with defaults filled in,
//     or says all that is wrong, each with its place and what to write.
//   - File.SetGlobal and the methods of Block edit a File and touch no line
//     but their own; WriteFile puts the result on disk in one step.
//
// Beside them, Format writes a file in canonical form, Diff compares two
// Configs by meaning, and Piranha says what Piranha itself would refuse.
//
// Every word of the language is a row of one table, see Directives. The parser,
// the checks, the editor and all the others read that table; so does whoever
// documents the language. Likewise Codes lists every kind of Problem.
//
// The package looks nothing up and reads no file: host names stay names.
package lvscf
