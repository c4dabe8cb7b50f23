package lvscf

import (
	"slices"
	"testing"
	"unicode"
)

func TestDirectives(t *testing.T) {
	for _, d := range Directives() {
		if d.Name == "" || d.Where == 0 || d.Type == 0 || d.Type.String() == "" || d.Meaning == "" || d.Chinese == "" {
			t.Errorf("%s: incomplete: %+v", d.Name, d)
		}
		if (d.Type == Int || d.Type == Port || d.Type == Duration) != (d.Max > d.Min) {
			t.Errorf("%s: range %d to %d", d.Name, d.Min, d.Max)
		}
		if (d.Type == Word || d.Type == Words || d.Type == Program || d.Type == Capitals) != (len(d.Values) > 0) {
			t.Errorf("%s: values %v", d.Name, d.Values)
		}
		for _, v := range d.New {
			if !slices.Contains(d.Values, v) {
				t.Errorf("%s: new value %q is none", d.Name, v)
			}
		}
		if !slices.ContainsFunc([]rune(d.Chinese), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %q is not Chinese", d.Name, d.Chinese)
		}
		for _, w := range []Where{Global, InVirtual, InFailover, InServer, InTrackScript, InProbe} {
			got, ok := Lookup(w, d.Name)
			if ok && got.Where&w == 0 || d.Where&w != 0 && !ok {
				t.Errorf("Lookup(%v, %s) = %v, %v", w, d.Name, got.Where, ok)
			}
		}
	}
	if _, ok := Lookup(Global, "expect"); ok {
		t.Error("expect outside blocks")
	}
}

// The caller's copy of the table is its own.
func TestDirectivesCopied(t *testing.T) {
	for _, d := range Directives() {
		for i := range d.Values {
			d.Values[i] = "changed"
		}
	}
	if d, _ := Lookup(InVirtual, "scheduler"); d.Values[0] == "changed" {
		t.Error("the table was changed")
	}
}

func TestDefaults(t *testing.T) {
	cfg, ps := Read("lvs.cf", []byte("virtual v {\n}\n"))
	if cfg == nil {
		t.Fatal(ps)
	}
	if v := cfg.Virtuals[0]; v.Port != 80 || v.Scheduler != "wlc" || v.Protocol != "tcp" || v.PersistMask != 32 || v.Active {
		t.Errorf("%+v", v)
	}
	if cfg.Service != "lvs" || cfg.HeartbeatPort != 539 || !cfg.HardShutdown || cfg.Network != NAT {
		t.Errorf("%+v", cfg)
	}
	cfg.RshCommand[0] = "changed"
	if again, _ := Read("lvs.cf", []byte("virtual v {\n}\n")); again.RshCommand[0] != "rsh" {
		t.Error("two Configs share a slice")
	}
}
