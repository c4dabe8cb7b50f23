package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestRevisions(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	_, err := s.LatestRevision(t.Context())
	want(t, "latest of none", err, ErrNoRevision)
	texts := []string{"serial_no = 1\n", "serial_no = 2\n# 中文 \x00\xff\n", "", strings.Repeat("virtual www {\n}\n", 10_000), "serial_no = 1\n"}
	var all []Revision // newest first
	for i, text := range texts {
		*now = now.Add(time.Minute)
		in := Revision{Who: "anna", Note: "why", Origin: Saved, Serial: i}
		if i == 1 {
			in.Time, in.Origin = time.Unix(7, 0), ByHand
		}
		got, err := s.AddRevision(t.Context(), in, []byte(text))
		want(t, "add", err, nil)
		in.ID, in.SHA256, in.Size = got.ID, hexSum(text), len(text)
		if i != 1 {
			in.Time = *now
		}
		if diff := cmp.Diff(in, got); diff != "" {
			t.Errorf("revision %d: %s", i, diff)
		}
		all = append([]Revision{in}, all...)

		again, err := s.AddRevision(t.Context(), Revision{Who: "bert"}, []byte(text))
		want(t, "add the same", err, nil)
		if diff := cmp.Diff(in, again); diff != "" {
			t.Errorf("the same text again: %s", diff)
		}
		r, b, err := s.Revision(t.Context(), in.ID)
		want(t, "read", err, nil)
		if diff := cmp.Diff(in, r); diff != "" || string(b) != text {
			t.Errorf("revision %d has %d bytes: %s", i, len(b), diff)
		}
		r, err = s.FindRevision(t.Context(), in.ID)
		want(t, "find", err, nil)
		if diff := cmp.Diff(in, r); diff != "" {
			t.Errorf("revision %d, found: %s", i, diff)
		}
		latest, err := s.LatestRevision(t.Context())
		want(t, "latest", err, nil)
		if diff := cmp.Diff(in, latest); diff != "" {
			t.Errorf("latest: %s", diff)
		}
	}
	for _, tt := range []struct {
		before int64
		n      int
		want   []Revision
	}{
		{0, 100, all}, {0, 2, all[:2]}, {all[1].ID, 2, all[2:4]}, {all[4].ID, 9, nil}, {0, 0, nil}, {0, -1, nil},
	} {
		got, err := s.Revisions(t.Context(), tt.before, tt.n)
		want(t, "list", err, nil)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%d before %d: %s", tt.n, tt.before, diff)
		}
	}
	_, _, err = s.Revision(t.Context(), 99)
	want(t, "unknown", err, ErrNoRevision)
	_, err = s.FindRevision(t.Context(), 1<<40)
	want(t, "find an unknown one", err, ErrNoRevision)
}

func TestRevisionsAreBounded(t *testing.T) {
	const count, size = 5, 1000
	for _, tt := range []struct {
		name  string
		sizes []int
		keep  string // what is left, oldest first
	}{
		{"few", []int{1, 2, 3}, "1 2 3"},
		{"too many", []int{1, 2, 3, 4, 5, 6, 7}, "3 4 5 6 7"},
		{"too large", []int{900, 10, 500, 400, 100}, "500 400 100"},
		{"just right", []int{900, 100}, "900 100"},
		{"latest alone is too large", []int{1, 2, 5000}, "5000"},
		{"a small one beyond a large one", []int{1, 999, 2}, "2"},
	} {
		s := testStore(t)
		want(t, tt.name, s.tx(t.Context(), "fill", func(tx *sql.Tx) error {
			for _, n := range tt.sizes {
				if _, err := tx.Exec(`INSERT INTO revisions (time, who, note, origin, serial, sha256, size, packed, body) VALUES (1, '', '', '', 1, '', ?1, ?1, x'')`, n); err != nil {
					return err
				}
			}
			return trimRevisions(t.Context(), tx, count, size)
		}), nil)
		rs, err := s.Revisions(t.Context(), 0, 100)
		want(t, tt.name, err, nil)
		var left []string
		for _, r := range rs {
			left = append([]string{fmt.Sprint(r.Size)}, left...)
		}
		if got := strings.Join(left, " "); got != tt.keep {
			t.Errorf("%s: %s are left, want %s", tt.name, got, tt.keep)
		}
	}
}

func TestRevisionOfAPendingChangeStays(t *testing.T) {
	s := testStore(t)
	first, err := s.AddRevision(t.Context(), Revision{Who: "anna"}, []byte("before"))
	want(t, "add", err, nil)
	want(t, "pending", s.SetPending(t.Context(), Pending{Who: "anna", Before: first.ID, After: first.ID}), nil)
	fill(t, s, keepRevisions+10)
	if _, text, err := s.Revision(t.Context(), first.ID); err != nil || string(text) != "before" {
		t.Errorf("the text to roll back to: %q, %v", text, err)
	}
	want(t, "end", s.EndPending(t.Context()), nil)
	last, err := s.AddRevision(t.Context(), Revision{Who: "anna"}, []byte("after"))
	want(t, "add", err, nil)
	rs, err := s.Revisions(t.Context(), 0, 5000)
	if err != nil || len(rs) != keepRevisions || rs[0].ID != last.ID {
		t.Errorf("%d revisions are left, %v", len(rs), err)
	}
	_, _, err = s.Revision(t.Context(), first.ID)
	want(t, "the first", err, ErrNoRevision)
}

// fill adds n rows in one go, as n calls of AddRevision would.
func fill(t *testing.T, s *Store, n int) {
	t.Helper()
	if _, err := s.db.Exec(`WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?)
		INSERT INTO revisions (time, who, note, origin, serial, sha256, size, packed, body) SELECT i, 'anna', '', 'save', i, '', 0, 1, x'00' FROM c`, n); err != nil {
		t.Fatal(err)
	}
}

func TestRevisionsAtOnce(t *testing.T) {
	s := testStore(t)
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := s.AddRevision(t.Context(), Revision{Who: "anna"}, []byte("the same"))
			done <- err
		}()
	}
	var errs error
	for range 4 {
		errs = errors.Join(errs, <-done)
	}
	rs, err := s.Revisions(t.Context(), 0, 10)
	if errs != nil || err != nil || len(rs) != 1 {
		t.Errorf("%d revisions, %v, %v", len(rs), errs, err)
	}
}

func TestDamagedRevision(t *testing.T) {
	s := testStore(t)
	r, err := s.AddRevision(t.Context(), Revision{Who: "anna"}, bytes.Repeat([]byte("text"), 100))
	want(t, "add", err, nil)
	bomb, err := pack(make([]byte, 1<<20))
	want(t, "pack", err, nil)
	for _, body := range [][]byte{{}, []byte("no zlib"), bomb} {
		if _, err := s.db.Exec(`UPDATE revisions SET body = ?`, body); err != nil {
			t.Fatal(err)
		}
		if _, text, err := s.Revision(t.Context(), r.ID); err == nil || !strings.Contains(err.Error(), "revision 1 is damaged") {
			t.Errorf("%d bytes, %v", len(text), err)
		}
	}
}
