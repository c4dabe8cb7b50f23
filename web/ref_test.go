package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/web/templates"
)

// twins is a file in which a name stands three times.
const twins = `serial_no = 1
primary = 10.10.1.31
virtual web {
     active = 1
     address = 10.10.1.30 eth0:1
     server a {
         address = 10.8.8.1
         active = 1
     }
}
virtual web {
     active = 1
     address = 10.10.1.31 eth0:2
     server a {
         address = 10.8.8.2
         active = 1
     }
     server a {
         address = 10.8.8.3
         active = 1
     }
}
virtual web {
     active = 1
     address = 10.10.1.32 eth0:3
     server a {
         address = 10.8.8.4
         active = 1
     }
}
`

func TestTwinsAreToldApart(t *testing.T) {
	s, v := lvsConsole(t, strings.Replace(twins, "primary = 10.10.1.31", "primary = 10.10.1.99", 1))
	body := v.page("/virtuals", http.StatusOK)
	if diff := cmp.Diff([]string{"web", "web (no. 2 of this name)", "web (no. 3 of this name)"}, rowNames(body)); diff != "" {
		t.Error(diff)
	}
	seen := seenDraft.FindStringSubmatch(body)[1]
	want(t, v.page("/virtual/servers?v=web&n=2", http.StatusOK), "10.8.8.2", "10.8.8.3", "a (no. 2 of this name)")

	// Without the draft that was seen, or with an old one, nothing is edited.
	body = v.post("/virtuals", url.Values{"off": {"2:web"}}, http.StatusUnprocessableEntity)
	want(t, body, "several of the name web")
	v.post("/virtuals", url.Values{"off": {"2:web"}, "seen": {seen}}, http.StatusSeeOther)
	want(t, draftText(t, s), "active = 0\n     address = 10.10.1.31 eth0:2")
	v.post("/virtuals", url.Values{"off": {"3:web"}, "seen": {seen}}, http.StatusUnprocessableEntity)
	v.post("/virtuals/delete", url.Values{"t": {"1:web"}, "seen": {seen}}, http.StatusConflict)

	// The second server a of the second web.
	body = v.page("/virtual/server?v=web&n=2&s=a&sn=2", http.StatusOK)
	want(t, body, `value="10.8.8.3"`)
	seen = seenDraft.FindStringSubmatch(body)[1]
	v.post("/virtual/server?v=web&n=2&s=a&sn=2", url.Values{"seen": {seen}, "name": {"c"}, "weight": {"5"}}, http.StatusSeeOther)
	want(t, draftText(t, s), "     server c {\n         address = 10.8.8.3\n         active = 1\n         weight = 5\n     }\n")
	v.page("/virtual?v=web&n=4", http.StatusNotFound)
	v.page("/virtual?v=web&n=0", http.StatusNotFound)
	v.page("/virtual", http.StatusNotFound)
}

func FuzzRef(f *testing.F) {
	f.Add("1:web", "v=web&n=2")
	f.Add("2:a:b", "v=%00&n=+1")
	f.Fuzz(func(t *testing.T, ticked, query string) {
		if ref, ok := parseRef(ticked); ok {
			if again, ok := parseRef(ref.String()); !ok || again != ref {
				t.Errorf("%q: %v, and again %v", ticked, ref, again)
			}
		}
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		ref, ok := readRef(q, "v", "n")
		if !ok {
			return
		}
		u, err := url.Parse(ref.Virtual("/virtual"))
		if err != nil || u.Path != "/virtual" {
			t.Fatalf("%q: %v", ref.Virtual("/virtual"), err)
		}
		if again, ok := readRef(u.Query(), "v", "n"); !ok || again != ref {
			t.Errorf("%q: %v, and again %v", query, ref, again)
		}
	})
}

func FuzzVirtualQuery(f *testing.F) {
	f.Add("q=x&show=on&sort=-name&page=7")
	f.Fuzz(func(t *testing.T, query string) {
		q := readBack(query)
		u, err := url.Parse(q.URL())
		if err != nil || u.Path != "/virtuals" || u.Host != "" {
			t.Fatalf("%q goes to %q", query, q.URL())
		}
		if again := templates.ReadVirtualQuery(u.Query()); again != q {
			t.Errorf("%q: %v, and again %v", query, q, again)
		}
	})
}
