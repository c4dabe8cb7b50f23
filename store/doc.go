// Package store keeps what the console must remember: users, sessions, failed
// logins, and who did what. It is one SQLite file (https://sqlite.org) in WAL
// mode, made and brought up to date by package migrations, readable by its
// owner alone.
//
// Passwords are kept as argon2id (RFC 9106) in PHC string form
// (https://github.com/P-H-C/phc-string-format), session tokens as their
// SHA-256.
package store
