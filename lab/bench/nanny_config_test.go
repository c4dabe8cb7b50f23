package bench

import (
	"strings"
	"testing"
	"time"

	"pacu/lvscf"
)

func TestWatchedFiles(t *testing.T) {
	w := watchedOf(3, 200*time.Millisecond, 15*time.Millisecond)
	cfg, problems := lvscf.Read(lvsPath, w.lvsFile())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Virtuals) != 1 || len(cfg.Virtuals[0].Servers) != 3 || cfg.NannyLimit != nannyLimit {
		t.Fatalf("%s", w.lvsFile())
	}
	v := cfg.Virtuals[0]
	if v.Timeout != w.every || v.Rise != 1 || v.Fall != 1 || len(v.Checks) != 1 || v.Checks[0].Kind != "tcp" || v.Checks[0].Timeout != w.limit {
		t.Errorf("virtual %+v of\n%s", v, w.lvsFile())
	}

	text := string(w.keepalivedFile())
	for what, want := range map[string]int{
		"virtual_server 10.77.0.100 1000 {": 1, "delay_loop 0.2\n": 1, "real_server 10.78.0.": 3, "connect_timeout 0.015\n": 3, "{": 7, "}": 7,
	} {
		if n := strings.Count(text, what); n != want {
			t.Errorf("%q %d times, want %d, in\n%s", what, n, want, text)
		}
	}
}
