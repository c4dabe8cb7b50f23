package web

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pacu/lvscf"
	"pacu/store"
)

// newDesk is a desk on an lvs.cf that holds text, with users alice and bob.
func newDesk(t *testing.T, text string) *desk {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "console.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	for _, user := range []string{"alice", "bob"} {
		if err := st.AddUser(t.Context(), user, store.Operator, password); err != nil {
			t.Fatal(err)
		}
	}
	k := &desk{path: filepath.Join(t.TempDir(), "lvs.cf"), store: st}
	if err := os.WriteFile(k.path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return k
}

// says returns what a user's draft says.
func (k *desk) says(t *testing.T, user string) *draft {
	t.Helper()
	d, err := k.open(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// change has a user set a directive of lvs.cf.
func (k *desk) change(t *testing.T, user, key, value string) {
	t.Helper()
	if _, err := k.edit(t.Context(), user, func(f *lvscf.File) error { return f.SetGlobal(key, value) }); err != nil {
		t.Fatal(err)
	}
}

func TestDeskEdits(t *testing.T) {
	const file = "# ours\nprimary = 10.0.0.1\nkeepalive = 2\ndeadtime = 6\n"
	k := newDesk(t, file)
	if d := k.says(t, "alice"); d.Version != 0 || string(d.Text) != file || d.Conf == nil || !d.Changed.IsZero() {
		t.Fatalf("without a draft: %+v", d)
	}
	k.change(t, "alice", "keepalive", "3")
	k.change(t, "alice", "deadtime", "9")
	want := "# ours\nprimary = 10.0.0.1\nkeepalive = 3\ndeadtime = 9\n"
	d := k.says(t, "alice")
	if string(d.Text) != want || string(d.BaseText) != file || d.Base != hash([]byte(file)) || d.Conf == nil || d.Conf.SerialNo != 0 {
		t.Errorf("alice's draft is %q from %q", d.Text, d.BaseText)
	}
	if bob := k.says(t, "bob"); string(bob.Text) != file {
		t.Errorf("bob sees %q", bob.Text)
	}
	d.read(func(f *lvscf.File) {
		if v, _ := f.Global().Get("keepalive"); len(v) != 1 || v[0] != "3" {
			t.Errorf("the tree says keepalive = %q", v)
		}
	})

	// A change that fails, and one that changes nothing, leave the draft.
	bad := errors.New("no")
	if _, err := k.edit(t.Context(), "alice", func(f *lvscf.File) error { f.SetGlobal("keepalive", "7"); return bad }); !errors.Is(err, bad) {
		t.Errorf("a change that fails: %v", err)
	}
	k.change(t, "alice", "keepalive", "3")
	if again := k.says(t, "alice"); again.Version != d.Version {
		t.Errorf("nothing changed, and yet the version is %d, was %d", again.Version, d.Version)
	}

	// The file changes by hand: who has no draft sees it at once, a draft
	// keeps what it began from.
	if err := os.WriteFile(k.path, []byte("primary = 10.0.0.9\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if bob := k.says(t, "bob"); bob.Conf == nil || bob.Conf.Primary != "10.0.0.9" {
		t.Errorf("bob sees %q", bob.Text)
	}
	if d := k.says(t, "alice"); string(d.BaseText) != file || string(d.Text) != want {
		t.Errorf("alice's draft is %q from %q", d.Text, d.BaseText)
	}

	// Another process of lvsgui has the drafts too.
	other := &desk{path: k.path, store: k.store}
	if d := other.says(t, "alice"); string(d.Text) != want {
		t.Errorf("after a restart alice's draft is %q", d.Text)
	}
}

func TestDeskTwoTabs(t *testing.T) {
	k := newDesk(t, "primary = 10.0.0.1\n")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := k.edit(t.Context(), "alice", func(f *lvscf.File) error {
				_, err := f.Global().Add("virtual", fmt.Sprintf("v%d", i))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	text := string(k.says(t, "alice").Text)
	for i := range 8 {
		if !strings.Contains(text, fmt.Sprintf("virtual v%d ", i)) {
			t.Errorf("v%d is lost:\n%s", i, text)
		}
	}
	// The text of an editor that was opened earlier is not put over that.
	old := &draft{Version: 1, Base: "x"}
	if _, err := k.put(t.Context(), "alice", old, []byte("serial_no = 9\n")); !errors.Is(err, store.ErrDraftMoved) {
		t.Errorf("an old draft: %v", err)
	}
}

func TestDeskFile(t *testing.T) {
	k := newDesk(t, "primary = 10.0.0.1\n")
	if err := os.Remove(k.path); err != nil {
		t.Fatal(err)
	}
	if d := k.says(t, "bob"); d.Base != noFile || string(d.Text) != newConfig {
		t.Errorf("no file: %+v", d)
	}
	if err := os.WriteFile(k.path, []byte("primary = \xff\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := k.open(t.Context(), "bob"); !errors.Is(err, errNotText) {
		t.Errorf("not UTF-8: %v", err)
	}
	if err := os.WriteFile(k.path, []byte("keepalive = never\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if d := k.says(t, "bob"); d.Conf != nil || d.Problems.Err() == nil {
		t.Errorf("a file with an error: %+v", d)
	}
}

// TestDeskRemembers has drafts of large files parsed once.
func TestDeskRemembers(t *testing.T) {
	k := newDesk(t, "primary = 10.0.0.1\n")
	k.change(t, "alice", "keepalive", "1")
	k.change(t, "bob", "keepalive", "1500ms")
	a, b := k.says(t, "alice"), k.says(t, "bob")
	if k.says(t, "alice") != a || k.says(t, "bob") != b {
		t.Error("a draft was parsed again")
	}
	for i := range keepParsed {
		k.change(t, "bob", "serial_no", fmt.Sprint(i+1))
	}
	if len(k.parsed) != keepParsed {
		t.Errorf("%d parsed drafts are kept, want %d", len(k.parsed), keepParsed)
	}
	if again := k.says(t, "alice"); again == a || string(again.Text) != string(a.Text) {
		t.Errorf("alice's draft is %q", again.Text)
	}
}

// dropDraft forgets the draft of piranha, if there is one.
func dropDraft(t *testing.T, s *Server) {
	t.Helper()
	version, _, err := s.Store.DraftVersion(t.Context(), "piranha")
	if err == nil && version != 0 {
		err = s.Store.DropDraft(t.Context(), "piranha", version)
	}
	if err != nil {
		t.Fatal(err)
	}
}
