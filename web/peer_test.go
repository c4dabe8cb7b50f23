package web

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"pacu/control"
	"pacu/peer"
	"pacu/peer/peertest"
	"pacu/store"
	"pacu/web/templates"
)

// newPair is a console, logged in to, and the other router as yet unknown to
// it, which lets it in.
func newPair(t *testing.T) (*Server, *fakePulse, *visitor, *peertest.Router) {
	t.Helper()
	s, p := newConsole(t, true)
	r := peertest.Start(t)
	admit(t, s, r)
	v := visit(t, s.Handler())
	v.login()
	return s, p, v, r
}

// admit lets the console in to r.
func admit(t *testing.T, s *Server, r *peertest.Router) {
	t.Helper()
	id, err := peer.LoadIdentity(peer.IdentityPath(s.State))
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(id.PublicLine()))
	if err != nil {
		t.Fatal(err)
	}
	r.Change(func() { r.Allowed = key })
}

// settle waits for the end of what is done with the other router, and returns
// the page.
func settle(t *testing.T, s *Server, v *visitor) string {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		if idle, _ := s.peering.idle(); idle {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it never ends")
		}
		time.Sleep(2 * time.Millisecond) // nobody tells: pages poll
	}
	resp, body := v.get("/peer")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s\n%s", resp.Status, body)
	}
	return body
}

func settingsOf(r *peertest.Router) url.Values {
	return url.Values{
		"host": {"127.0.0.1"}, "port": {strconv.Itoa(r.Port)}, "user": {"root"},
		"config": {filepath.Join(r.Folder, "lvs.cf")}, "pulse": {"/usr/sbin/pulse"},
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`)

// fields are the hidden fields of the form that is sent to action.
func fields(t *testing.T, body, action string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	if !ok {
		t.Fatalf("no form for %s:\n%s", action, body)
	}
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(form, -1) {
		out.Set(m[1], strings.NewReplacer("&#43;", "+", "&amp;", "&").Replace(m[2]))
	}
	return out
}

// post sends a form and wants to be sent on.
func post(t *testing.T, v *visitor, path string, form url.Values) {
	t.Helper()
	resp, body := v.do(http.MethodPost, path, form)
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s\n%s", path, resp.Status, body)
	}
}

// connect enters the settings and confirms the host key.
func connect(t *testing.T, s *Server, v *visitor, r *peertest.Router) string {
	t.Helper()
	post(t, v, "/peer/settings", settingsOf(r))
	body := settle(t, s, v)
	want(t, body, "which nobody has confirmed yet", "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", ssh.FingerprintSHA256(r.Host.PublicKey()))
	form := fields(t, body, "/peer/trust")
	form.Set("sure", "1")
	post(t, v, "/peer/trust", form)
	return settle(t, s, v)
}

func TestPeer(t *testing.T) {
	s, p, v, r := newPair(t)
	_, body := v.get("/peer")
	want(t, body, "The connection is not set up yet", `restrict,from=&#34;10.10.1.31&#34; ssh-ed25519 AAAA`, "~/.ssh/authorized_keys", "pulse keygen")
	body = connect(t, s, v, r)
	want(t, body, "The other router has no lvs.cf yet.", "0.7.0", "/peer/push")

	// Pushed to a router that has none.
	post(t, v, "/peer/push", fields(t, body, "/peer/push"))
	body = settle(t, s, v)
	want(t, body, "Both routers have the same lvs.cf.", "put it in its place", "nothing else changed")
	theirs := filepath.Join(r.Folder, "lvs.cf")
	if got, ours := readFile(t, theirs), readFile(t, s.ConfigPath); got != ours {
		t.Errorf("pushed\n%s", got)
	}

	// Another there: shown by meaning, pushed, and what it was is kept.
	other := strings.Replace(readFile(t, theirs), "deadtime = 6", "deadtime = 18", 1)
	if err := os.WriteFile(theirs, []byte(other), 0o640); err != nil {
		t.Fatal(err)
	}
	post(t, v, "/peer/look", url.Values{})
	body = settle(t, s, v)
	want(t, body, "The routers have different lvs.cf files", "<code>deadtime</code>", "<code>18</code>", "<code>6</code>")
	form := fields(t, body, "/peer/push")
	post(t, v, "/peer/push", form)
	body = settle(t, s, v)
	want(t, body, "Both routers have the same lvs.cf.", "/peer/before")
	if _, kept := v.get("/peer/before"); kept != other {
		t.Errorf("kept\n%s", kept)
	}

	// The same form again: what it compared is gone.
	post(t, v, "/peer/push", form)
	want(t, settle(t, s, v), "no longer what was looked at")

	// Fetched: it becomes the draft, and not without asking a second time.
	if err := os.WriteFile(theirs, []byte(other), 0o640); err != nil {
		t.Fatal(err)
	}
	post(t, v, "/peer/look", url.Values{})
	body = settle(t, s, v)
	form = fields(t, body, "/peer/fetch")
	resp, _ := v.do(http.MethodPost, "/peer/fetch", form)
	if to := resp.Header.Get("Location"); to != "/review" {
		t.Errorf("fetch leads to %q, %s", to, resp.Status)
	}
	d, ok, err := s.Store.Draft(t.Context(), "piranha")
	if err != nil || !ok || string(d.Text) != other {
		t.Errorf("draft %v, %v\n%s", ok, err, d.Text)
	}
	if resp, body := v.do(http.MethodPost, "/peer/fetch", form); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a second time: %s\n%s", resp.Status, body)
	}
	if p.reloads != 0 {
		t.Errorf("pulse here reloaded %d times", p.reloads)
	}
	entries, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 100})
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for _, e := range entries {
		if strings.HasPrefix(e.What, "peer") {
			did = append(did, e.What+" "+e.Note)
		}
	}
	all := strings.Join(did, "\n")
	for _, w := range []string{"peer-settings", "peer-host-key confirmed", "peer-push ended well", "peer-push ended config: moved", "peer-fetch serial_no"} {
		if !strings.Contains(all, w) {
			t.Errorf("the audit lacks %q:\n%s", w, all)
		}
	}
}

func TestPeerKey(t *testing.T) {
	s, p, v, r := newPair(t)
	secret := strings.Repeat("5ec2e7ab", 8)
	path := filepath.Join(filepath.Dir(s.ConfigPath), "lvs.key")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	connect(t, s, v, r)
	if os.Geteuid() != 0 {
		t.Skip("pulse takes a key from root alone")
	}
	if resp, _ := v.do(http.MethodPost, "/peer/key", url.Values{}); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("not sure: %s", resp.Status)
	}
	post(t, v, "/peer/key", url.Values{"sure": {"1"}})
	body := settle(t, s, v)
	want(t, body, "Pushing the heartbeat key", "reload pulse here", "the same as here")
	if got := readFile(t, filepath.Join(r.Folder, "lvs.key")); got != secret+"\n" {
		t.Errorf("there is %q", got)
	}
	if p.reloads != 1 {
		t.Errorf("pulse here reloaded %d times", p.reloads)
	}
	if strings.Contains(body, "5ec2e7ab") || strings.Contains(logged(s), "5ec2e7ab") {
		t.Error("the key is told")
	}

	// One that others may read is refused, and the way by hand is shown.
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, body = v.get("/peer")
	want(t, body, "mode 0640", "scp -p -P "+strconv.Itoa(r.Port), "LoadCredential=lvs.key")
	if resp, _ := v.do(http.MethodPost, "/peer/key", url.Values{"sure": {"1"}}); resp.StatusCode != http.StatusConflict {
		t.Errorf("locked: %s", resp.Status)
	}
}

func TestPeerRefusesToPush(t *testing.T) {
	s, _, v, r := newPair(t)
	body := connect(t, s, v, r)
	form := fields(t, body, "/peer/push")
	for _, tt := range []struct {
		name string
		make func()
		want string
	}{
		{"another here", func() {
			if err := os.WriteFile(s.ConfigPath, []byte(readFile(t, s.ConfigPath)+"# more\n"), 0o640); err != nil {
				t.Fatal(err)
			}
		}, "A file has changed"},
		{"errors here", func() {
			if err := os.WriteFile(s.ConfigPath, []byte("service = nonsense\n"), 0o640); err != nil {
				t.Fatal(err)
			}
		}, "has errors"},
	} {
		tt.make()
		resp, body := v.do(http.MethodPost, "/peer/push", form)
		if resp.StatusCode != http.StatusConflict || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %s\n%s", tt.name, resp.Status, body)
		}
	}
	if _, err := os.Stat(filepath.Join(r.Folder, "lvs.cf")); err == nil {
		t.Error("something was pushed")
	}
}

// TestPeerOfACrowd: the page is small and quick in the longest file, also
// where all of it differs.
func TestPeerOfACrowd(t *testing.T) {
	s, p, v, r := newPair(t)
	text, snap := virtualCrowd(4000)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	p.change(time.Now(), func(s *control.Snapshot) { s.Services = snap.Services })
	theirs := strings.ReplaceAll(strings.Replace(text, "serial_no = 1", "serial_no = 7", 1), "weight = 1\n", "weight = 2\n")
	if err := os.WriteFile(filepath.Join(r.Folder, "lvs.cf"), []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	body := connect(t, s, v, r)
	want(t, body, "40001 in all", "and 39801 more")
	if len(body) > 100_000 {
		t.Errorf("the page has %d bytes", len(body))
	}
}

func TestPairFiles(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		edit func(*control.Snapshot)
		want string
	}{
		"without a key": {func(*control.Snapshot) {}, "heartbeats without a key do not tell"},
		"same":          {func(s *control.Snapshot) { s.Partner.Keyed, s.Partner.SerialNo = true, 3 }, "Both routers run the same lvs.cf, serial 3."},
		"differs": {func(s *control.Snapshot) {
			s.Partner.Keyed, s.Partner.SerialNo, s.Partner.ConfigDiffers = true, 2, true
		}, "lvs.cf differs: serial 3 here, 2 there."},
		"silent": {func(s *control.Snapshot) {
			s.Partner.Keyed, s.Partner.State = true, control.Silent
		}, "is not known"},
		"alone": {func(s *control.Snapshot) { s.Partner = nil }, ""},
	} {
		snap := snapshot(now)
		tt.edit(snap)
		var b strings.Builder
		if err := templates.PairFiles(templates.Page{Lang: "en"}.T(), snap).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), tt.want) || (tt.want == "") != (b.String() == "") {
			t.Errorf("%s: %q, want %q", name, b.String(), tt.want)
		}
	}
}

func TestOtherHost(t *testing.T) {
	s, _ := newConsole(t, true)
	d, err := s.desk.onDisk()
	if err != nil || d.Conf == nil {
		t.Fatal(err)
	}
	for own, want := range map[string]string{"10.10.1.31/24": "10.10.1.32", "10.10.1.32/24": "10.10.1.31", "192.0.2.1/24": ""} {
		ip, n, err := net.ParseCIDR(own)
		if err != nil {
			t.Fatal(err)
		}
		n.IP = ip
		if got := otherHost(d.Conf, []net.Addr{n}); got != want {
			t.Errorf("%s: %q, want %q", own, got, want)
		}
	}
}

// BenchmarkPeer is the page of 4,000 virtuals with 10 servers each, all of
// which differ from the other router's.
func BenchmarkPeer(b *testing.B) {
	s, p := newConsole(b, true)
	text, snap := virtualCrowd(4000)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		b.Fatal(err)
	}
	p.snap = snap
	theirs := []byte(strings.ReplaceAll(text, "weight = 1\n", "weight = 2\n"))
	s.peering.begin(templates.JobLook, "piranha")
	s.peering.end(nil, sighted(&peer.Found{File: &peer.File{Text: theirs, SHA256: hash(theirs)}}, nil))
	v := visit(b, s.Handler())
	v.login()
	for b.Loop() {
		if resp, body := v.get("/peer"); resp.StatusCode != http.StatusOK || !strings.Contains(body, "39800 more") {
			b.Fatalf("%s\n%s", resp.Status, body)
		}
	}
}
