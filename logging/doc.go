// Package logging is the log of Pacu's commands: a slog.Handler that keeps
// each message first and whole on its line, because operators grep for
// Piranha's texts, and puts the attributes behind it:
//
//	pulse: partner dead: activating lvs partner=10.10.1.2 silent=6s
//
// The line goes to one of three targets: plain text with time and level, text
// with the "<N>" priorities that journald reads on a service's standard error
// (sd-daemon(3)), or syslog with the daemon facility (syslog(3)).
package logging
