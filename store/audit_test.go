package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAudit(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	for _, e := range []Entry{
		{Who: "anna", What: "login", Client: "192.0.2.7"},
		{Who: "anna", What: "save", Object: "lvs.cf", Note: "100% of www_1", Before: "a = 1", After: "a = 2"},
		{Who: "bert", What: "save", Object: "lvs.cf", Note: `C:\temp`, Time: time.Unix(5, 0)},
		{Who: "bert", What: "role", Object: "anna", Before: "viewer", After: "admin"},
	} {
		want(t, "record", s.Record(t.Context(), e), nil)
	}
	all := []Entry{
		{4, *now, "bert", "role", "anna", "", "", "viewer", "admin"},
		{3, time.Unix(5, 0), "bert", "save", "lvs.cf", `C:\temp`, "", "", ""},
		{2, *now, "anna", "save", "lvs.cf", "100% of www_1", "", "a = 1", "a = 2"},
		{1, *now, "anna", "login", "", "", "192.0.2.7", "", ""},
	}
	pick := func(ids ...int) (out []Entry) {
		for _, id := range ids {
			out = append(out, all[len(all)-id])
		}
		return out
	}
	for _, tt := range []struct {
		q    AuditQuery
		want []Entry
	}{
		{AuditQuery{}, all},
		{AuditQuery{N: 2}, pick(4, 3)},
		{AuditQuery{N: 2, Before: 3}, pick(2, 1)},
		{AuditQuery{Before: 1}, nil},
		{AuditQuery{Who: "anna"}, pick(2, 1)},
		{AuditQuery{What: "save"}, pick(3, 2)},
		{AuditQuery{Who: "anna", What: "save"}, pick(2)},
		{AuditQuery{Text: "ANNA"}, pick(4, 2, 1)},
		{AuditQuery{Text: "192.0.2"}, pick(1)},
		{AuditQuery{Text: "%"}, pick(2)},
		{AuditQuery{Text: "w_1"}, pick(2)},
		{AuditQuery{Text: "w__"}, nil},
		{AuditQuery{Text: `\`}, pick(3)},
		{AuditQuery{Text: "'; DROP TABLE audit --"}, nil},
		{AuditQuery{Text: "lvs.cf", Who: "bert", N: 1}, pick(3)},
	} {
		got, err := s.Audit(t.Context(), tt.q)
		want(t, "audit", err, nil)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v: %s", tt.q, diff)
		}
	}
}

func TestAuditIsCut(t *testing.T) {
	s := testStore(t)
	long := "x" + strings.Repeat("é", 20_000)
	want(t, "record", s.Record(t.Context(), Entry{Who: long, What: long, Object: long, Note: long, Client: long, Before: long, After: long}), nil)
	got, err := s.Audit(t.Context(), AuditQuery{})
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	e := got[0]
	lengths := []int{len(e.Who), len(e.What), len(e.Object), len(e.Note), len(e.Client), len(e.Before), len(e.After)}
	if diff := cmp.Diff([]int{255, 255, 4095, 4095, 255, 16383, 16383}, lengths); diff != "" {
		t.Error(diff)
	}
	if strings.ToValidUTF8(e.After, "?") != e.After {
		t.Error("cut inside of a character")
	}
}

func TestAuditIsBounded(t *testing.T) {
	s := testStore(t)
	if _, err := s.db.Exec(`WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?)
		INSERT INTO audit (time, who, what, note, before, after) SELECT i, 'anna', 'save', '', 'b', 'a' FROM c`, auditKeep); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		want(t, "record", s.Record(t.Context(), Entry{Who: "bert", What: "save", Before: "b", After: "a"}), nil)
	}
	var n, least, without int64
	err := s.db.QueryRow(`SELECT count(*), min(id), (SELECT max(id) FROM audit WHERE before = '' AND after = '') FROM audit`).Scan(&n, &least, &without)
	if err != nil || n != auditKeep || least != 3 || without != auditKeep+2-auditKeepTexts {
		t.Errorf("%d entries from %d on, without texts up to %d, %v", n, least, without, err)
	}
	if got, err := s.Audit(t.Context(), AuditQuery{N: 1 << 40}); err != nil || len(got) != maxAuditPage {
		t.Errorf("%d entries in one answer, %v", len(got), err)
	}
}
