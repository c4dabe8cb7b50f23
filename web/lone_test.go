package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLoneBlocks(t *testing.T) {
	for _, test := range []struct {
		k       loneKind
		sent    url.Values
		change  url.Values
		want    []string // of the draft
		changed []string
		wrong   url.Values
		list    string // the page that lists it
	}{
		{
			trackScripts, url.Values{"command": {"/bin/up --fast"}, "interval": {"500ms"}, "active": {""}},
			url.Values{"fall": {"4"}},
			[]string{"track_script up link {\n", "\"/bin/up --fast\"", "interval = 500ms"},
			[]string{"fall = 4", "\"/bin/up --fast\""}, url.Values{"fall": {"0"}}, "/redundancy",
		},
		{
			failovers, url.Values{"address": {"10.10.1.50"}, "address.device": {"eth0:5"}, "start_cmd": {"/bin/start <db>"}, "stop_cmd": {"/bin/stop"}, "active": {"1"}},
			url.Values{"port": {"5432"}},
			[]string{"failover up link {\n", "address = 10.10.1.50 eth0:5", "active = 1"},
			[]string{"port = 5432"}, url.Values{"port": {"0"}}, "/failovers",
		},
	} {
		t.Run(test.k.kind, func(t *testing.T) {
			s, _ := newConsole(t, true)
			v := visit(t, s.Handler())
			v.login()
			name := func(values url.Values, name string) url.Values {
				all := url.Values{"name": {name}, "seen": {sight([]byte(drafted(t, s)))}}
				for k, v := range values {
					all[k] = v
				}
				return all
			}
			save := func(path string, values url.Values, status int) string {
				t.Helper()
				resp, body := v.do(http.MethodPost, path, values)
				if resp.StatusCode != status {
					t.Fatalf("POST %s: %s\n%s", path, resp.Status, body)
				}
				return body
			}
			_, body := v.get(test.k.path + "/new")
			want(t, body, `name="name"`, test.k.path+"/new/check")
			save(test.k.path+"/new", name(test.sent, ""), 422)
			save(test.k.path+"/new", name(test.sent, "a\nb"), 422)
			body = save(test.k.path+"/new", name(test.wrong, "<up>"), 422)
			want(t, body, `value="&lt;up&gt;"`, "Not accepted yet")
			save(test.k.path+"/new", name(test.sent, "up link"), 303)
			quoted := make([]string, len(test.want))
			for i, w := range test.want {
				quoted[i] = strings.Replace(w, "up link", `"up link"`, 1)
			}
			want(t, drafted(t, s), quoted...)
			body = save(test.k.path+"/new", name(test.sent, "up link"), 422)
			want(t, body, "There is one of this name already.")
			_, body = v.get(test.list)
			want(t, body, "up link", test.k.path+"?name=up+link")

			at := test.k.path + "?name=up+link"
			_, body = v.get(at)
			want(t, body, "up link", test.k.path+"/delete?name=up+link")
			save(at, name(test.wrong, "up link"), 422)
			save(at, name(test.change, "other"), 303)
			d := drafted(t, s)
			want(t, d, test.changed...)
			want(t, d, test.k.kind+` "other" {`)
			if resp, _ := v.get(at); resp.StatusCode != http.StatusNotFound {
				t.Errorf("under its old name: %s", resp.Status)
			}
			save(at, name(test.change, "other"), 404)

			save(strings.Replace(test.list, "redundancy", "redundancy/scripts", 1), url.Values{"off": {"1:other"}}, 303)
			want(t, drafted(t, s), "active = 0")
			resp, body := v.do(http.MethodPost, test.k.path+"/check?name=other", test.wrong)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, `class="dot bad"`) {
				t.Errorf("check: %s %s", resp.Status, body)
			}
			save(test.k.path+"/delete?name=other", url.Values{}, 303)
			if strings.Contains(drafted(t, s), "other") {
				t.Error("it is still there")
			}
			save(test.k.path+"/delete?name=other", url.Values{}, 404)
			if drafted(t, s) != onDisk(t, s) {
				t.Errorf("made and taken out, the draft is not the file:\n%s", drafted(t, s))
			}
		})
	}
}
