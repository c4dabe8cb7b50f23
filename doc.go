// Package pacu is the root of Pacu: Linux Virtual Server router pairs.
// The programs are in cmd; this package holds only the rules of who imports
// whom, as a test.
package pacu
