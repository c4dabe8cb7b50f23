// Package packaging has the tests of what make package makes: the files of the
// .deb and the .rpm, and all that comes with the programs, such as units, man
// pages and completion. Where there are no packages they skip.
package packaging
