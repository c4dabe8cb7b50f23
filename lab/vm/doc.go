// Package vm runs one command on a real Linux kernel with IPVS, inside a QEMU
// machine, and tells the truth about how it ended.
//
// The machine is Debian's cloud kernel and an initramfs that holds the tools of
// Tools and Modules. Both are fetched with apt-get once and kept in the cache
// folder ($PACU_CACHE, else the user's cache folder and "pacu"); the program
// under test is appended as a second cpio archive for each run, so a second run
// starts within seconds.
//
// Host and machine speak over two virtio-serial ports (see frame.go): one
// carries output, signals and the end of the command, the other standard input.
// Where it is wanted, the machine has fresh Debian systems too, made with
// mmdebstrap from the archives that the host's apt uses, cached in the same way
// and mounted read only: see Command's Debian.
//
// Nothing is read from the kernel's console but the proof of life and, when the
// machine dies, its last words.
//
// The same executable is host and guest: a program that calls Run must call
// Main first thing in main, which takes over when the program finds itself
// started as the machine's first process.
//
// What a run leaves behind: nothing but the cache. The machine's disk image is a
// file without a name, its memory is its own, and it dies with the thread that
// started it.
package vm
