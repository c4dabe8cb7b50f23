package logging

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"log/syslog"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLine(t *testing.T) {
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"message alone", func(l *slog.Logger) { l.Info("gratuitous lvs arps finished") }, "<6>pulse: gratuitous lvs arps finished\n"},
		{"attributes", func(l *slog.Logger) { l.Warn("partner dead: activating lvs", "silent", 6*time.Second, "paths", 2) },
			"<4>pulse: partner dead: activating lvs silent=6s paths=2\n"},
		{"quoted", func(l *slog.Logger) { l.Error("x", "why", `got "a b"`, "none", "", "sum", "1=1") },
			`<3>pulse: x why="got \"a b\"" none="" sum="1=1"` + "\n"},
		{"error", func(l *slog.Logger) { l.Error("x", "error", errors.New("add VIP: refused")) }, "<3>pulse: x error=\"add VIP: refused\"\n"},
		{"one line only", func(l *slog.Logger) { l.Info("a\nb", "k", "c\nd") }, "<6>pulse: a b k=\"c\\nd\"\n"},
		{"with", func(l *slog.Logger) { l.With("a", 1).WithGroup("g").With("b", 2).Info("x", slog.Group("h", "c", 3)) },
			"<6>pulse: x a=1 g.b=2 g.h.c=3\n"},
		{"debug is off", func(l *slog.Logger) { l.Debug("x") }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			tt.log(New("pulse", Journal, &b, false))
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	New("nanny", Text, &b, true).Debug("[ active ] making 10.8.8.33:80 available", "weight", 1)
	want := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d) DEBUG nanny: \[ active \] making 10\.8\.8\.33:80 available weight=1\n$`)
	if !want.Match(b.Bytes()) {
		t.Errorf("line %q does not match %s", b.String(), want)
	}
}

func TestSyslogMissing(t *testing.T) {
	if s, err := syslog.New(syslog.LOG_DAEMON, "test"); err == nil {
		s.Close()
		t.Skip("this host has a syslog")
	}
	var b bytes.Buffer
	New("pulse", Syslog, &b, false).Info("still here")
	if got := b.String(); !strings.Contains(got, "WARN pulse: syslog does not answer") || !strings.Contains(got, "INFO pulse: still here\n") {
		t.Errorf("log without a syslog: %q", got)
	}
}

func TestSyslogPriorities(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := syslog.Dial("unixgram", path, syslog.LOG_DAEMON|syslog.LOG_INFO, "pulse")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	log := slog.New(newHandler(slog.LevelDebug, syslogSink(s)))
	// 8 x 3, daemon, + the priority.
	for level, want := range map[slog.Level]string{
		slog.LevelDebug: "<31>", slog.LevelInfo: "<30>", slog.LevelWarn: "<28>", slog.LevelError: "<27>",
	} {
		log.Log(context.Background(), level, "partner dead", "n", 1)
		buf := make([]byte, 512)
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got := string(buf[:n])
		if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, ": partner dead n=1\n") || !strings.Contains(got, "pulse[") {
			t.Errorf("%s: datagram %q, want %s... pulse[pid]: partner dead n=1", level, got, want)
		}
	}
}

func TestStderr(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "8:1234")
	if got := Stderr(); got != Journal {
		t.Errorf("under systemd: %s", got)
	}
	t.Setenv("JOURNAL_STREAM", "")
	if got := Stderr(); got != Text {
		t.Errorf("elsewhere: %s", got)
	}
}

// TestContract runs the standard library's rules for handlers on the lines,
// taken apart again.
func TestContract(t *testing.T) {
	var last map[string]any
	h := newHandler(slog.LevelInfo, func(r slog.Record, line string) error {
		last = parse(r, line)
		return nil
	})
	slogtest.Run(t, func(*testing.T) slog.Handler { return h }, func(*testing.T) map[string]any { return last })
}

func parse(r slog.Record, line string) map[string]any {
	top := map[string]any{slog.LevelKey: r.Level}
	if !r.Time.IsZero() {
		top[slog.TimeKey] = r.Time
	}
	words := strings.Fields(strings.TrimPrefix(line, r.Message))
	top[slog.MessageKey] = r.Message
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		m := top
		for {
			group, rest, ok := strings.Cut(key, ".")
			if !ok {
				break
			}
			if m[group] == nil {
				m[group] = map[string]any{}
			}
			m, key = m[group].(map[string]any), rest
		}
		m[key] = value
	}
	return top
}
