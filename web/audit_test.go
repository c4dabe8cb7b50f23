package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pacu/store"
)

func TestAudit(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	if err := s.Store.AddUser(ctx, "anna", store.Operator, password); err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		who := "anna"
		if i%2 == 0 {
			who = "bob"
		}
		if err := s.Store.Record(ctx, store.Entry{Who: who, What: "save", Object: fmt.Sprintf("revision-%d-", i), Before: "a = 1\nb = 2", After: "a = <2>\nb = 2"}); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, s.Handler())
	v.loginAs("anna", password) // operators read it
	_, body := v.get("/audit")
	want(t, body, "revision-249-", "a = &lt;2&gt;", `href="/audit?who=anna"`)
	if strings.Contains(body, "revision-149-") {
		t.Error("the page has more than 100 entries")
	}
	pages := 1
	for ; pages < 10; pages++ {
		next := regexp.MustCompile(`href="(/audit\?[^"]*before=[0-9]+)"`).FindStringSubmatch(body)
		if next == nil {
			break
		}
		_, body = v.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	}
	if want(t, body, "revision-0-", `href="/audit">Newest`); pages != 3 {
		t.Errorf("%d pages", pages)
	}
	_, body = v.get("/audit?who=bob&what=save&text=REVISION-24")
	want(t, body, "revision-248-", "revision-24-", `value="bob"`, "/audit.csv?text=REVISION-24&amp;what=save&amp;who=bob")
	if strings.Contains(body, "revision-249-") || strings.Contains(body, "revision-100-") {
		t.Error("the filter lets others through")
	}
	for _, query := range []string{"who=nobody", "before=1", "text=%25"} {
		_, body = v.get("/audit?" + query)
		want(t, body, "Nothing here matches.")
	}
	for _, query := range []string{"before=x", "before=-5", "before=99999999999999999999", "who=%00", "text=" + strings.Repeat("x", 5000)} {
		if resp, _ := v.get("/audit?" + query); resp.StatusCode != http.StatusOK {
			t.Errorf("%.30s: %s", query, resp.Status)
		}
	}
}

func TestAuditDownload(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	const n = 2*auditRead + 1
	for i := range n {
		e := store.Entry{Who: "anna", What: "save", Object: fmt.Sprint(i)}
		if i == 0 {
			e.Note, e.Object, e.After = `=cmd|' /C calc'!A0`, "-1+1", "two\nlines, and a \"quote\""
		}
		if err := s.Store.Record(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, s.Handler())
	v.login()
	resp, body := v.get("/audit.csv?who=anna")
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("headers = %v", resp.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != n+1 || rows[0][2] != "who" || rows[1][4] != fmt.Sprint(n-1) {
		t.Fatalf("%d rows, %q, %q", len(rows), rows[0], rows[1])
	}
	if last := rows[n]; last[5] != `'=cmd|' /C calc'!A0` || last[4] != "'-1+1" || last[8] != "two\nlines, and a \"quote\"" {
		t.Errorf("the oldest = %q", last)
	}
	resp, body = v.get("/audit.csv?" + url.Values{"text": {"nothing like it"}}.Encode())
	if resp.StatusCode != http.StatusOK || strings.Count(body, "\n") != 1 {
		t.Errorf("nothing: %s %q", resp.Status, body)
	}
}

func FuzzPlainCell(f *testing.F) {
	for _, s := range []string{"", "=1", "+1", "-1", "@x", "\t=1", " =1", "\n=1", "plain", "＝1", "'=1", "\u00a0=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plainCell(s)
		if got != s && got != "'"+s {
			t.Fatalf("plainCell(%q) = %q", s, got)
		}
		if first := strings.TrimSpace(got); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) || strings.HasPrefix(got, "\t") || strings.HasPrefix(got, "\r") {
			t.Errorf("plainCell(%q) = %q", s, got)
		}
	})
}
