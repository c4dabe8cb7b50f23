package lvscf

import "testing"

// A probe block is added, edited, renamed and removed as other blocks are, and
// all else stays as it was.
func TestEditProbe(t *testing.T) {
	const before = "virtual v {\n  active = 1 # on\n  server a {\n      address = 10.0.0.1\n  }\n\n  # the end\n}\nvirtual w {\n}\n"
	f := Parse("lvs.cf", []byte(before))
	v := f.Global().Block("virtual", "v")
	b, err := v.Add("probe", "data base")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]string{{"check_port", "5432"}, {"check", "pgsql"}, {"check_body", `say \"x\"`}, {"check_password", "a b"}} {
		if err := b.Set(s[0], s[1]); err != nil {
			t.Error(err)
		}
	}
	if err := v.Set("check", "http"); err != nil {
		t.Error(err)
	}
	if err := b.Rename("db"); err != nil {
		t.Error(err)
	}
	want := "virtual v {\n  active = 1 # on\n  check = http\n  server a {\n      address = 10.0.0.1\n  }\n" +
		"  probe \"db\" {\n      check = pgsql\n      check_port = 5432\n      check_body = 'say \\\"x\\\"'\n      check_password = \"a b\"\n  }\n\n  # the end\n}\nvirtual w {\n}\n"
	if got := string(f.Bytes()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if b.Kind() != "probe" || len(v.Blocks("probe")) != 1 || len(v.Blocks("server")) != 1 {
		t.Error("the blocks of the virtual are mixed up")
	}
	for _, in := range []*Block{f.Global(), b, v.Block("server", "a")} {
		if _, err := in.Add("probe", "p"); err == nil {
			t.Errorf("a probe stands in %s", in)
		}
	}
	if err := b.Remove(); err != nil || !v.Unset("check") {
		t.Error("not removed", err)
	}
	if got := string(f.Bytes()); got != before {
		t.Errorf("got\n%s\nwant\n%s", got, before)
	}
}
