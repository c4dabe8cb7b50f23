package probe

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// installed puts a shell script in place of a program, for the length of the
// test, and returns where.
func installed(t *testing.T, name, body string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	writeProgram(t, path, []byte("#!/bin/sh\n"+body+"\n"))
	t.Setenv("PATH", dir)
	return path
}

func TestLoadProgram(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		timeout    time.Duration
		want       string
	}{
		{"well", `echo "$* load average: 0.12, 0.10, 0.05"`, long, `load average 0.12`},
		{"gets the address", `test "$*" = "-q 10.8.8.33 uptime" && echo load: 7`, long, `load average 7`},
		{"hangs", `sleep 60`, 500 * time.Millisecond, `error: no result in LIMIT, killed`},
		{"writes, then hangs", `echo load: 7; sleep 60`, 500 * time.Millisecond, `error: no result in LIMIT, killed(, it says "load: 7")?`},
		{"hangs and complains", `echo asking >&2; sleep 60`, 500 * time.Millisecond, `error: no result in LIMIT, killed(, it says "asking")?`},
		{"fails", `echo load: 7; echo No route >&2; exit 255`, long, `error: exit status 255, it says "No route"`},
		{"fails on its output", `echo no hosts; exit 1`, long, `error: exit status 1, it says "no hosts"`},
		{"dies", `kill -9 $$`, long, `error: signal: killed`},
		{"says nothing", `:`, long, `error: no output`},
		{"only complains", `echo no such host >&2`, long, `error: no output, it says "no such host"`},
		{"garbage", `echo 'Password:'`, long, `error: bad load average returned: "Password:\\n"`},
		{"floods", `yes load`, 500 * time.Millisecond, `error: no result in LIMIT, killed(, it says "load")?`},
		{"floods, and ends", `yes load average | head -c 1000000`, long, `error: bad load average returned: "load average\\n.*"\.\.\.`},
		{"leaves a child with its output", `sleep 60 & echo load: 7`, long, `load average 7`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := LoadProgram{Words: []string{script(t, tt.body), "-q", "%h", "uptime"}, Timeout: tt.timeout}
			wantAsk(t, m, here, tt.want)
		})
	}
	t.Run("missing", func(t *testing.T) {
		got, err := LoadProgram{Words: []string{"/no/such/rsh"}, Timeout: long}.Ask(t.Context(), here)
		wantAdvice(t, got, err, `error: fork/exec /no/such/rsh: no such file or directory`)
	})
	t.Run("none", func(t *testing.T) {
		got, err := LoadProgram{Timeout: long}.Ask(t.Context(), here)
		wantAdvice(t, got, err, `error: no program given`)
	})
}

func TestUptime(t *testing.T) {
	batch := []string{"-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "%h", "uptime"}
	for _, tt := range []struct{ rsh, want []string }{
		{[]string{"rsh"}, []string{"rsh", "%h", "uptime"}},
		{[]string{"ssh"}, append([]string{"ssh"}, batch...)},
		{[]string{"/usr/bin/ssh", "-q", "-l", "mon"}, append([]string{"/usr/bin/ssh", "-q", "-l", "mon"}, batch...)},
	} {
		before := slices.Clone(tt.rsh)
		if diff := cmp.Diff(tt.want, Uptime(tt.rsh, long).Words); diff != "" || !slices.Equal(before, tt.rsh) {
			t.Errorf("%v (-want +got):\n%s", tt.rsh, diff)
		}
	}
	installed(t, "rsh", `echo "$@ up 1 day, load average: 0.25, 0.10, 0.05"`)
	got, err := Uptime([]string{"rsh"}, long).Ask(t.Context(), here)
	wantAdvice(t, got, err, `load average 0.25`)
}
