// Package draft composes an lvs.cf out of what another program's file says.
//
// An importer opens blocks and makes settings, each with the line of the source
// it comes from. What it cannot carry it notes. Finish writes the lvs.cf and
// reads it with package lvscf: a setting that is refused leaves the draft and
// becomes a Note of its line, so that the result always reads without an error
// and nothing is dropped in silence.
package draft
