package web

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"pacu/store"
)

func TestHistory(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	before := readFile(t, s.ConfigPath)
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	v.apply("a <note>", "0")
	if err := os.WriteFile(s.ConfigPath, []byte(before+"# by hand <x>\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/history")
	want(t, body, "no. 1", "no. 2", "no. 3", "a &lt;note&gt;", "by hand", "applied", "piranha", "root", "lvs.cf now", hash([]byte(before))[:12])
	if strings.Count(body, "lvs.cf now") != 1 || strings.Index(body, "no. 3") > strings.Index(body, "lvs.cf now") {
		t.Error("another revision is said to be lvs.cf")
	}
	_, body = v.get("/history/revision?id=3")
	want(t, body, "# by hand &lt;x&gt;", "/history/compare?a=2&amp;b=3", "/history/download?id=3")
	if strings.Contains(body, "RESTORE") {
		t.Error("what lvs.cf holds can be restored")
	}
	resp, body := v.get("/history/download?id=1")
	if body != before || resp.Header.Get("Content-Disposition") != `attachment; filename="lvs.cf.1"` {
		t.Errorf("download: %v\n%s", resp.Header, body)
	}
	_, body = v.get("/history/compare?a=1&b=2")
	want(t, body, "Revisions 1 and 2", "<code>serial_no</code>", "<code>weight</code>", "+          weight = 7", "/history/compare?a=2&amp;b=1")
	for path, status := range map[string]int{
		"/history/compare?a=1":      http.StatusUnprocessableEntity,
		"/history/compare?a=1&b=99": http.StatusNotFound,
		"/history/revision?id=99":   http.StatusNotFound,
		"/history/revision":         http.StatusNotFound,
		"/history/revision?id=../x": http.StatusNotFound,
		"/history/download?id=-1":   http.StatusNotFound,
		"/history?before=zero":      http.StatusOK,
	} {
		if resp, _ := v.get(path); resp.StatusCode != status {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	// An old revision becomes the draft, and a draft is put by.
	edit(t, s, "piranha", "deadtime = 6", "deadtime = 8")
	if resp, _ := v.do("POST", "/history/restore", url.Values{"id": {"99"}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("restore of nothing: %s", resp.Status)
	}
	v.do("POST", "/history/restore", url.Values{"id": {"1"}})
	_, body = v.get("/review")
	want(t, body, "Revision 1 is now your draft", "- # by hand &lt;x&gt;", "A copy of your draft")
	_, body = v.get("/review/kept")
	want(t, body, "deadtime = 8")
	v.apply("", "0")
	if got, want := readFile(t, s.ConfigPath), strings.Replace(before, "serial_no = 3", "serial_no = 5", 1); got != want {
		t.Errorf("restored\n%s\nwant\n%s", got, want)
	}
	if o := origins(t, s); o[0] != store.Restored {
		t.Errorf("history: %v", o)
	}
}

func TestHistoryOfFilesThatAreNoText(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	good := readFile(t, s.ConfigPath)
	bad := "# \xd6\xd0\nserial_no = x\n"
	for _, text := range []string{bad, good} {
		if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		v.get("/history")
	}
	_, body := v.get("/history/revision?id=1")
	want(t, body, "\uFFFD")
	resp, body := v.do("POST", "/history/restore", url.Values{"id": {"1"}})
	want(t, body, "not UTF-8 text")
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("restore: %s", resp.Status)
	}
	_, body = v.get("/history/compare?a=1&b=2")
	want(t, body, "One of the two has errors")
	if _, body := v.get("/history/download?id=1"); body != bad {
		t.Errorf("download: %q", body)
	}
}

func TestHistoryPages(t *testing.T) {
	s, _ := newConsole(t, true)
	for i := range 60 {
		if _, err := s.Store.AddRevision(t.Context(), store.Revision{Who: "x", Origin: store.Saved}, fmt.Appendf(nil, "# %d\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/history")
	want(t, body, "/history?before=12", "no. 61<", "no. 12<")
	if strings.Contains(body, "no. 11<") {
		t.Error("too many on a page")
	}
	_, body = v.get("/history?before=12")
	want(t, body, "no. 11<", "no. 1<", "Newest")
	if strings.Contains(body, "before=1\"") {
		t.Error("there are older ones than the first")
	}
}
