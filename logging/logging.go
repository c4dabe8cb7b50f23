package logging

import (
	"fmt"
	"io"
	"log/slog"
	"log/syslog"
	"os"
)

// A Target is where the log goes.
type Target string

// The targets.
const (
	Text    Target = "text"    // the writer: time, level, ident, message
	Journal Target = "journal" // the writer: <N>, ident, message; journald adds the time
	Syslog  Target = "syslog"  // the local syslog, facility daemon
)

// Stderr is the target that suits a process's standard error: Journal when
// systemd has connected it to the journal (JOURNAL_STREAM is set), else Text.
func Stderr() Target {
	if os.Getenv("JOURNAL_STREAM") != "" {
		return Journal
	}
	return Text
}

// New returns a logger that calls itself ident and writes to w, or, with
// Syslog, to the local syslog. A syslog that does not answer is no reason to
// fall silent: w gets the log as Text then, with a line that says why. Verbose
// adds the debug level.
func New(ident string, to Target, w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	if to == Syslog {
		s, err := syslog.New(syslog.LOG_DAEMON|syslog.LOG_INFO, ident)
		if err == nil {
			return slog.New(newHandler(level, syslogSink(s)))
		}
		log := slog.New(newHandler(level, textSink(w, ident)))
		log.Warn("syslog does not answer, logging here", "error", err)
		return log
	}
	if to == Journal {
		return slog.New(newHandler(level, journalSink(w, ident)))
	}
	return slog.New(newHandler(level, textSink(w, ident)))
}

// A sink writes one record; line is the message and its attributes.
type sink func(r slog.Record, line string) error

func textSink(w io.Writer, ident string) sink {
	return func(r slog.Record, line string) error {
		_, err := fmt.Fprintf(w, "%s %s %s: %s\n", r.Time.Format("2006-01-02T15:04:05.000Z07:00"), r.Level, ident, line)
		return err
	}
}

func journalSink(w io.Writer, ident string) sink {
	return func(r slog.Record, line string) error {
		_, err := fmt.Fprintf(w, "<%d>%s: %s\n", priority(r.Level), ident, line)
		return err
	}
}

func syslogSink(s *syslog.Writer) sink {
	return func(r slog.Record, line string) error {
		switch priority(r.Level) {
		case syslog.LOG_ERR:
			return s.Err(line)
		case syslog.LOG_WARNING:
			return s.Warning(line)
		case syslog.LOG_INFO:
			return s.Info(line)
		}
		return s.Debug(line)
	}
}

// priority is the level as syslog counts: the lower, the graver.
func priority(l slog.Level) syslog.Priority {
	switch {
	case l >= slog.LevelError:
		return syslog.LOG_ERR
	case l >= slog.LevelWarn:
		return syslog.LOG_WARNING
	case l >= slog.LevelInfo:
		return syslog.LOG_INFO
	}
	return syslog.LOG_DEBUG
}
