package lvscf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A track_script is added, edited, renamed and removed as other blocks are.
func TestEditTrackScript(t *testing.T) {
	const before = "primary = 10.0.0.2\nvirtual v {\n  active = 0\n}\n"
	f := Parse("lvs.cf", []byte(before))
	b, err := f.Global().Add("track_script", "my disk")
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range [][2]string{{"interval", "500ms"}, {"command", "/bin/check -a"}, {"active", "0"}} {
		if err := b.Set(set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Rename("disk"); err != nil {
		t.Fatal(err)
	}
	want := before + "track_script \"disk\" {\n  active = 0\n  command = \"/bin/check -a\"\n  interval = 500ms\n}\n"
	if diff := cmp.Diff(want, string(f.Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b.Kind() != "track_script" || f.Global().Block("track_script", "disk") == nil {
		t.Errorf("%s is of kind %q", b, b.Kind())
	}
	if _, err := b.Add("server", "s"); err == nil {
		t.Error("a server stands in a track_script")
	}
	if _, err := f.Global().Block("virtual", "v").Add("track_script", "t"); err == nil {
		t.Error("a track_script stands in a virtual")
	}
	if err := b.Remove(); err != nil || string(f.Bytes()) != before {
		t.Errorf("removed: %v, %q", err, f.Bytes())
	}
}
