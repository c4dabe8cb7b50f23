package lvscf

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var netipComparer = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// A readerTest gives texts to a Reader, and holds all that comes back against
// what Read makes of them.
type readerTest struct {
	testing.TB
	r       Reader
	cfg     *Config // the last that was not nil
	again   *Config // of the same text, made anew
	partial int     // texts read in part, and changed
}

func (t *readerTest) read(text []byte) (changed []int, partial bool) {
	t.Helper()
	given := slices.Clone(text)
	cfg, ps, changed, partial := t.r.Read("lvs.cf", given)
	for i := range given {
		given[i] = '!' // the Reader keeps no hold on it
	}
	want, wantPs := Read("lvs.cf", text)
	if !reflect.DeepEqual(ps, wantPs) {
		t.Fatalf("%q: problems (-read whole +read again):\n%s", text, cmp.Diff(wantPs, ps))
	}
	t.equal(text, want, cfg)
	if cfg == nil {
		return changed, partial
	}
	if t.cfg != nil {
		t.equal(nil, t.again, t.cfg) // a Config returned stays what it was
	}
	if partial {
		t.differ(text, t.cfg, cfg, changed)
	} else if changed != nil {
		t.Fatalf("%q: %d changed, and read whole", text, changed)
	}
	if len(ps) > 0 {
		ps[0].Message = "" // what a caller does to its Problems is its own affair
	}
	t.cfg, t.again = cfg, want
	return changed, partial
}

// A readerCase is a change of a text, and how a Reader takes it.
type readerCase struct {
	name     string
	old, new string // replaced once
	changed  []int
	partial  bool
}

// runReader gives base to a Reader, then what a case makes of it, and base
// again.
func runReader(t *testing.T, base string, cases []readerCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rt := readerTest{TB: t}
			rt.read([]byte(base))
			if rt.cfg == nil {
				t.Fatal("no config")
			}
			text := strings.Replace(base, c.old, c.new, 1)
			if text == base {
				t.Fatal("nothing to replace")
			}
			changed, partial := rt.read([]byte(text))
			if partial != c.partial || !slices.Equal(changed, c.changed) {
				t.Errorf("partial %v, changed %d; want %v, %d", partial, changed, c.partial, c.changed)
			}
			rt.read([]byte(base))
		})
	}
}

// equal compares Configs of one text.
func (t *readerTest) equal(text []byte, want, got *Config) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%q: config (-read whole +read again):\n%s", text, cmp.Diff(want, got, netipComparer))
	}
	for i := 0; want != nil && i < len(want.Virtuals); i++ {
		if a, b := want.Virtuals[i].SNATPool == want.SNATPool, got.Virtuals[i].SNATPool == got.SNATPool; a != b {
			t.Fatalf("%q: virtual %d has the pool of the file: %v, and read again %v", text, i, a, b)
		}
	}
}

// differ checks that between two Configs nothing differs but serial_no and the
// virtuals said to be changed, and that these do.
func (t *readerTest) differ(text []byte, was, is *Config, changed []int) {
	t.Helper()
	if was != is {
		t.partial++
	}
	var want []int
	for i := range is.Virtuals {
		if !reflect.DeepEqual(was.Virtuals[i], is.Virtuals[i]) {
			want = append(want, i)
		}
	}
	if !slices.Equal(want, changed) {
		t.Fatalf("%q: %d said to be changed, and %d are", text, changed, want)
	}
	a, b := *was, *is
	a.SerialNo, a.Virtuals = b.SerialNo, b.Virtuals
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("%q: more changed than virtuals: %s", text, cmp.Diff(a, b, netipComparer))
	}
}
