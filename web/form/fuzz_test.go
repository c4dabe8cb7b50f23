package form

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pacu/lvscf"
)

// FuzzApply gives two fields of any page any values: either they are refused
// and nothing changes, or they are what the file says afterwards, and no line
// of another directive has changed.
func FuzzApply(f *testing.F) {
	f.Add(uint8(0), uint8(0), uint8(3), "10.10.1.31", "10.8.8.31", "eth1:0")
	f.Add(uint8(1), uint8(6), uint8(3), "10.0.0.1 10.0.0.2\r\n10.0.0.3  10.0.0.4\n", "1s", "")
	f.Add(uint8(4), uint8(8), uint8(9), `GET "/" 'x' # \r\n`, `""`, "x")
	f.Add(uint8(2), uint8(8), uint8(1), "port fallback", "10.0.0.1\n}", "eth0 {")
	f.Add(uint8(2), uint8(26), uint8(1), "[\n]\na", "\x00", "\u2028")
	paths := map[Page]string{
		Virtual: "virtual web", Monitoring: "virtual web", Server: "virtual web/server b",
		Probe: "virtual web/probe login", Failover: "failover db", TrackScript: "track_script uplink",
	}
	f.Fuzz(func(t *testing.T, page, one, two uint8, a, b, device string) {
		p := Pages[int(page)%len(Pages)]
		groups := Groups(p)
		var names []string
		for _, g := range groups {
			names = append(names, g.Names...)
		}
		first, second := names[int(one)%len(names)], names[int(two)%len(names)]
		values := url.Values{first: {a}, second: {b}, DeviceName(first): {device}, DeviceName(second): {device}}
		tree := lvscf.Parse("lvs.cf", []byte(file))
		in, block := target(t, tree, paths[p])
		problems, err := Apply(tree, in, block, values, groups...)
		text := string(tree.Bytes())
		if err != nil {
			if !errors.Is(err, ErrRefused) || !Refused(problems) {
				t.Fatalf("%v with %v", err, problems)
			}
			if text != file {
				t.Fatalf("refused, and the file is now\n%s", text)
			}
			return
		}
		if d, now := others(file, first, second), others(text, first, second); !slices.Equal(d, now) {
			t.Fatalf("other lines changed:\n%q\n%q", d, now)
		}
		tree = lvscf.Parse("lvs.cf", []byte(text))
		_, block = target(t, tree, paths[p])
		for _, name := range []string{first, second} {
			d := directive(groups[0].Where, name)
			want, ok := sent(values, d)
			got, _ := shown(block, d)
			if got.value = clean(d, got.value); ok && !d.Secret && got != want {
				t.Fatalf("%s is %+v, and was to be %+v:\n%s", name, got, want, text)
			}
		}
	})
}

// others are the lines of text that do not set one of names.
func others(text string, names ...string) []string {
	var all []string
	for line := range strings.Lines(text) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !slices.Contains(names, word) {
			all = append(all, line)
		}
	}
	return all
}
