package templates

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

const twoVirtuals = `primary = 10.0.0.1
network = direct
virtual a {
  active = 1
  address = 10.0.0.2 eth0:1
  port = 80
  server x {
    address = 10.0.0.3
    active = 1
  }
}
# between
virtual b {
  active = 1
  address = 10.0.0.4 eth0:2
  port = 80
  server x {
    address = 10.0.0.3
    active = 1
  }
}
`

func TestWithoutCommon(t *testing.T) {
	other := strings.Replace(twoVirtuals, "10.0.0.4", "10.0.0.5", 1)
	a, b := withoutCommon(twoVirtuals, other)
	if strings.Contains(a, "10.0.0.2") || strings.Contains(b, "10.0.0.2") || !strings.Contains(a, "10.0.0.4") || !strings.Contains(b, "10.0.0.5") {
		t.Errorf("left:\n%s\n%s", a, b)
	}
	for _, odd := range []string{"virtual a { }\n", "}\n", "virtual a {\n"} {
		if a, b := withoutCommon(odd, odd); a != odd || b != odd {
			t.Errorf("%q is cut", odd)
		}
	}
}

// FuzzMeaning holds that the short way says what the long one does.
func FuzzMeaning(f *testing.F) {
	f.Add(twoVirtuals, strings.Replace(twoVirtuals, "port = 80", "port = 81", 1))
	f.Add(twoVirtuals, strings.Replace(twoVirtuals, "direct", "nat", 1))
	f.Add(twoVirtuals, "virtual c {\n}\n"+twoVirtuals)
	f.Add(twoVirtuals+twoVirtuals, twoVirtuals)
	f.Fuzz(func(t *testing.T, a, b string) {
		from, bad := lvscf.Read("lvs.cf", []byte(a))
		if bad.Err() != nil {
			return
		}
		to, bad := lvscf.Read("lvs.cf", []byte(b))
		if bad.Err() != nil {
			return
		}
		var want, got []string
		for _, c := range lvscf.Diff(from, to) {
			want = append(want, c.String())
		}
		m := CompareMeaning(a, b)
		for _, o := range m.Objects {
			for _, c := range o.Changes {
				got = append(got, c.String())
			}
		}
		if !m.Known || !cmp.Equal(got, want) && m.Total <= maxChanges {
			t.Fatalf("known %t: %s", m.Known, cmp.Diff(want, got))
		}
	})
}
