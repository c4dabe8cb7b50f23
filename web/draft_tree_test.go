package web

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// told is all that a tree says, block by block.
func told(b *lvscf.Block) []string {
	out := []string{b.String()}
	for _, d := range lvscf.Directives() {
		for _, values := range b.GetAll(d.Name) {
			out = append(out, fmt.Sprint(d.Name, values))
		}
		if v, ok := b.Get(d.Name); ok {
			out = append(out, fmt.Sprint(d.Name, " at last ", v))
		}
	}
	for _, kind := range []string{"virtual", "failover", "server", "probe", "track_script"} {
		for _, in := range b.Blocks(kind) {
			out = append(out, told(in)...)
		}
	}
	return slices.Compact(out)
}

// editAtRandom changes something of f.
func editAtRandom(r *rand.Rand, f *lvscf.File) error {
	all := f.Global().Blocks("virtual")
	if len(all) == 0 || r.IntN(10) == 0 {
		b, err := f.Global().Add("virtual", fmt.Sprintf("new %d", r.IntN(5)))
		if err != nil {
			return err
		}
		return b.Set("address", "10.1.1.1", "eth0:1")
	}
	v := all[r.IntN(len(all))]
	servers := v.Blocks("server")
	switch n := r.IntN(8); {
	case n == 0:
		return v.Remove()
	case n == 1:
		return v.Rename(fmt.Sprintf("v %d", r.IntN(9)))
	case n == 2:
		_, err := v.Add("server", fmt.Sprintf("s%d", r.IntN(9)))
		return err
	case n == 3 && len(servers) > 0:
		return servers[r.IntN(len(servers))].Set("weight", fmt.Sprint(r.IntN(200)))
	case n == 4 && len(servers) > 0:
		return servers[r.IntN(len(servers))].Remove()
	case n == 5:
		v.Unset("port")
		return nil
	case n == 6:
		return f.SetGlobal("deadtime", fmt.Sprint(r.IntN(20)))
	}
	return v.Set("send", fmt.Sprintf("GET /%d HTTP/1.0", r.IntN(100)))
}

// The tree that an edit leaves to the next draft is the one of its text.
func TestTreeOfAnEditedDraft(t *testing.T) {
	s, _ := newConsole(t, true)
	r := rand.New(rand.NewPCG(3, 36))
	refused := errors.New("refused")
	for i := range 300 {
		d, err := s.desk.edit(t.Context(), "piranha", func(f *lvscf.File) error {
			if err := editAtRandom(r, f); err != nil {
				return err
			}
			if i%7 == 3 {
				return refused // half done
			}
			return nil
		})
		if err != nil && !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if d.Version == 0 {
			continue
		}
		want := lvscf.Parse("lvs.cf", d.Text)
		d.read(func(f *lvscf.File) {
			if !bytes.Equal(f.Bytes(), d.Text) {
				t.Fatalf("edit %d: the tree has another text:\n%s\n%s", i, f.Bytes(), d.Text)
			}
			if diff := cmp.Diff(told(want.Global()), told(f.Global())); diff != "" {
				t.Fatalf("edit %d (-read again +left):\n%s", i, diff)
			}
		})
		if _, problems := lvscf.Read("lvs.cf", d.Text); cmp.Diff(problems, d.Problems) != "" {
			t.Fatalf("edit %d: %s", i, cmp.Diff(problems, d.Problems))
		}
	}
}
