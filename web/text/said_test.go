package text

import "testing"

func TestSaid(t *testing.T) {
	for _, one := range []struct{ why, chinese string }{
		{"", ""},
		{"no answer within 3s", "应答超时，已等待 3s"},
		{"nobody answers on /run/pulse/control.sock", "无人应答 /run/pulse/control.sock"},
		{"lvs.cf has been changed by somebody else", "lvs.cf 在此期间已被他人修改"},
		{"no buffer space available", "no buffer space available"},
	} {
		if got := Chinese.Words().Said(one.why); got != one.chinese {
			t.Errorf("Said(%q) in Chinese = %q, want %q", one.why, got, one.chinese)
		}
		if got := English.Words().Said(one.why); got != one.why {
			t.Errorf("Said(%q) in English = %q", one.why, got)
		}
	}
}
