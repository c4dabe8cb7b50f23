package form

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

var update = flag.Bool("update", false, "write the golden files")

// print shows sections as text: what is set, and the kind of each control.
func print(sections []Section) string {
	kinds := map[Control]string{Line: "line", Number: "number", Choice: "choice", Ticks: "ticks", Lines: "lines", Secret: "secret"}
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "%s (open %t)\n", s.ID, s.Open())
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "\t%-28s %-7s", f.Name, kinds[f.Control])
			if f.Set {
				fmt.Fprintf(&b, " = %q", f.Value)
			}
			if f.Device != "" {
				fmt.Fprintf(&b, " %q", f.Device)
			}
			if r := f.Range(); r != "" {
				fmt.Fprintf(&b, " [%s]", r)
			}
			if c := f.Choices(); f.Control == Choice && len(c) < 8 {
				fmt.Fprintf(&b, " of %s", strings.Join(c, " "))
			}
			for _, p := range f.Problems {
				fmt.Fprintf(&b, " <%s %s>", p.Severity, p.Code)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestFields(t *testing.T) {
	f := lvscf.Parse("lvs.cf", []byte(file))
	for page, path := range map[Page]string{
		Global: "", Redundancy: "", Virtual: "virtual web", Monitoring: "virtual web", Server: "virtual web/server b",
		Probe: "virtual web/probe login", Failover: "failover db", TrackScript: "track_script uplink",
	} {
		_, b := target(t, f, path)
		got := print(Fields(b, Groups(page)...))
		name := filepath.Join("testdata", string(page)+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", page, d)
		}
	}
}

func TestFieldsOfNothing(t *testing.T) {
	for _, page := range Pages {
		for _, s := range Fields(nil, Groups(page)...) {
			for _, f := range s.Fields {
				if f.Set || f.Value != "" || f.Control == 0 {
					t.Errorf("%s of nothing: %+v", f.Name, f)
				}
			}
		}
	}
}

func TestRefill(t *testing.T) {
	f := lvscf.Parse("lvs.cf", []byte(file))
	in, b := target(t, f, "virtual web/probe login")
	values := url.Values{"check_secret": {"new\nsecret"}, "check_secret.remove": {"1"}, "check_user": {"x\ty"}, "check_timeout": {"never"}}
	problems, err := Apply(f, in, b, values, Groups(Probe)...)
	if err == nil {
		t.Fatal("was not refused")
	}
	before := Fields(b, Groups(Probe)...)
	for _, s := range Refill(before, values, problems) {
		for _, f := range s.Fields {
			switch f.Name {
			case "check_secret":
				if f.Value != "" || !f.Remove || !f.Bad() || !f.Set {
					t.Errorf("secret: %+v", f)
				}
			case "check_user":
				if f.Value != "x\ty" || f.Bad() {
					t.Errorf("user: %+v", f)
				}
			case "check_timeout":
				if f.Value != "never" || !f.Bad() || f.Set {
					t.Errorf("timeout: %+v", f)
				}
			case "send":
				if f.Value != "x" || len(f.Problems) != 0 {
					t.Errorf("send: %+v", f)
				}
			}
		}
		if s.ID == "login" && !s.Open() {
			t.Error("the section with the problem is folded")
		}
	}
	if print(before) != print(Fields(b, Groups(Probe)...)) {
		t.Error("Refill changed what it was given")
	}
}

func TestChoices(t *testing.T) {
	f := lvscf.Parse("lvs.cf", []byte("service = LVS\nvirtual v {\n scheduler_flags = port odd\n check_rcode = noerror\n active = yes\n}\n"))
	_, v := target(t, f, "virtual v")
	for _, s := range append(Fields(v, Groups(Virtual)...), Fields(v, Groups(Monitoring)...)...) {
		for _, f := range s.Fields {
			switch f.Name {
			case "scheduler_flags":
				if d := cmp.Diff([]string{"fallback", "port", "flag1", "flag2", "flag3", "odd"}, f.Choices()); d != "" || !f.Ticked("odd") || f.Ticked("flag1") {
					t.Error(d, f)
				}
			case "check_rcode":
				if c := f.Choices(); c[0] != "noerror" || len(c) != 11 {
					t.Error(c)
				}
			case "active":
				if d := cmp.Diff([]string{"1", "0", "yes"}, f.Choices()); d != "" {
					t.Error(d)
				}
			case "load_monitor":
				if len(f.Suggestions()) == 0 {
					t.Error("load_monitor suggests nothing")
				}
			}
		}
	}
}
