package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "a b?c#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenTwiceKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	for i := range 2 {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		has, err := s.HasUsers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if has != (i == 1) {
			t.Errorf("opened %d times: HasUsers = %v", i+1, has)
		}
		if i == 0 {
			if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []string{path, path + "-wal"} {
			fi, err := os.Stat(f)
			if err != nil {
				t.Fatal(err)
			}
			if fi.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, want 0600", f, fi.Mode())
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{junk, filepath.Join(dir, "missing", "console.db"), dir} {
		s, err := Open(t.Context(), path)
		if err == nil {
			s.Close()
			t.Errorf("Open(%s) succeeded", path)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s): %v: does not name the file", path, err)
		}
	}
}

func TestOpenRefusesNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Fatalf("error = %v, want one about a newer program", err)
	}
}

func TestVerify(t *testing.T) {
	s := testStore(t)
	if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		user, password string
		want           bool
	}{
		{"piranha", "correct horse", true},
		{"piranha", "correct hors", false},
		{"piranha", "", false},
		{"piranha", strings.Repeat("x", 1<<20), false},
		{"nobody", "correct horse", false},
		{"' OR 1=1 --", "correct horse", false},
	} {
		got, err := s.Verify(t.Context(), tt.user, tt.password)
		if err != nil {
			t.Errorf("%s: %v", tt.user, err)
		}
		if got != tt.want {
			t.Errorf("Verify(%q, %.20q) = %v", tt.user, tt.password, got)
		}
	}
	if err := s.SetPassword(t.Context(), "piranha", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Verify(t.Context(), "piranha", "correct horse"); ok {
		t.Error("the old password still works")
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	s := testStore(t)
	for range cap(s.hashing) {
		s.hashing <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Verify(ctx, "piranha", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
}

func TestSetPasswordRefuses(t *testing.T) {
	s := testStore(t)
	for _, tt := range []struct {
		user, password string
		want           error
	}{
		{"piranha", "short7!", ErrShort},
		{"piranha", "短短短", ErrShort},
		{"piranha", strings.Repeat("ab1c", 65), ErrLong},
		{"piranha", "Piranha!2026", ErrTrivial},
		{"piranha", "PASSWORD1", ErrTrivial},
		{"piranha", "aaaaaaaaaaaa", ErrTrivial},
		{"piranha", "12345678", ErrTrivial},
		{"piranha", "987654321", ErrTrivial},
		{"piranha", "abababab", ErrTrivial},
		{"ops-team", "ops-team1", ErrTrivial},
		{"", "correct horse", ErrUserName},
		{"Root", "correct horse", ErrUserName},
		{"a b", "correct horse", ErrUserName},
		{"a\nb", "correct horse", ErrUserName},
		{strings.Repeat("a", 33), "correct horse", ErrUserName},
	} {
		if err := s.SetPassword(t.Context(), tt.user, tt.password); !errors.Is(err, tt.want) {
			t.Errorf("%q %q: error = %v, want %v", tt.user, tt.password, err, tt.want)
		}
	}
	if has, _ := s.HasUsers(t.Context()); has {
		t.Error("a refused password made a user")
	}
}

func TestMatchPasswordRefusesBadHashes(t *testing.T) {
	good := hashPassword("correct horse")
	if ok, err := matchPassword(good, "correct horse"); !ok || err != nil {
		t.Fatalf("good hash: %v, %v", ok, err)
	}
	for _, bad := range []string{
		"", "x", "$2y$10$abc",
		strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=19456", "m=999999999", 1),
		strings.Replace(good, "t=2", "t=0", 1),
		strings.Replace(good, "t=2", "t=9999", 1),
		strings.Replace(good, "p=1", "p=0", 1),
		good + "!", good[:len(good)-40],
	} {
		if ok, err := matchPassword(bad, "correct horse"); ok || err == nil {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
	if ok, err := matchPassword(dummyHash, ""); ok || err != nil {
		t.Errorf("dummy hash: %v, %v", ok, err)
	}
}

func TestSessions(t *testing.T) {
	s := testStore(t)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
		t.Fatal(err)
	}
	ss := s.Sessions()
	data := func(user any) []byte {
		b, err := Codec{}.Encode(now.Add(time.Hour), map[string]any{UserKey: user})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, bad := range [][]byte{data(nil), data(7), data("nobody"), []byte("junk")} {
		if err := ss.Commit("bad", bad, now.Add(time.Hour)); err == nil {
			t.Errorf("Commit of %s succeeded", bad)
		}
	}
	find := func(token string, want bool) {
		t.Helper()
		b, found, err := ss.Find(token)
		if err != nil || found != want {
			t.Errorf("Find(%s) = %v, %v; want %v", token, found, err, want)
		}
		if want {
			if _, v, err := (Codec{}).Decode(b); err != nil || v[UserKey] != "piranha" {
				t.Errorf("Find(%s): %v, %v", token, v, err)
			}
		}
	}
	for _, token := range []string{"a", "b", "b"} {
		if err := ss.Commit(token, data("piranha"), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	find("a", true)
	find("c", false)
	if err := ss.Delete("a"); err != nil {
		t.Fatal(err)
	}
	find("a", false)
	if err := ss.Commit("a", data("piranha"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	find("a", false) // ended is ended
	find("b", true)
	now = now.Add(time.Hour)
	find("b", false)

	if err := ss.Commit("d", data("piranha"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRow(`SELECT count(*) FROM sessions`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are kept (%v), want the expired swept out", n, err)
	}
	if err := s.SetPassword(t.Context(), "piranha", "battery staple"); err != nil {
		t.Fatal(err)
	}
	find("d", false)
}

func TestFailuresMakeOneWait(t *testing.T) {
	s := testStore(t)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	name := strings.Repeat("n", 1000)
	var got []time.Duration
	for range 14 {
		if err := s.Failed(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		w, err := s.Wait(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, w/time.Second)
	}
	if diff := cmp.Diff([]time.Duration{0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900}, got); diff != "" {
		t.Error(diff)
	}
	if w, _ := s.Wait(t.Context(), "other"); w != 0 {
		t.Errorf("another name waits %v", w)
	}
	now = now.Add(15 * time.Minute)
	if w, _ := s.Wait(t.Context(), name); w != 0 {
		t.Errorf("still %v to wait", w)
	}
	if err := s.Succeeded(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := s.Failed(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if w, _ := s.Wait(t.Context(), name); w != 0 {
		t.Errorf("a success did not clear the count: %v", w)
	}
	now = now.Add(25 * time.Hour)
	if err := s.Failed(t.Context(), "later"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRow(`SELECT count(*) FROM login_failures`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d names are kept (%v), want old ones forgotten", n, err)
	}
}

func FuzzMatchPassword(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add(dummyHash)
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && len(hash) > 60 && !strings.Contains(hash, "m=8,t=1,p=1$") {
			t.Skip("would only spend time")
		}
		matchPassword(hash, "x")
	})
}
