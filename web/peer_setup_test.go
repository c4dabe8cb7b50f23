package web

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"pacu/peer"
	"pacu/peer/peertest"
	"pacu/store"
)

func TestPeerHostKeyChanged(t *testing.T) {
	s, _, v, r := newPair(t)
	connect(t, s, v, r)
	was, now := r.Host, peertest.NewSigner(t)
	r.Change(func() { r.Host = now })
	post(t, v, "/peer/look", url.Values{})
	body := settle(t, s, v)
	want(t, body, "another host key than the one confirmed", ssh.FingerprintSHA256(was.PublicKey()), ssh.FingerprintSHA256(now.PublicKey()), "/peer/forget")
	if strings.Contains(body, "/peer/push") || strings.Contains(body, "/peer/trust") {
		t.Error("one may go on")
	}
	if resp, _ := v.do(http.MethodPost, "/peer/trust", url.Values{"sure": {"1"}, "key": {"ssh-ed25519 AAAA"}}); resp.StatusCode != http.StatusConflict {
		t.Errorf("a key that was not shown: %s", resp.Status)
	}
	post(t, v, "/peer/forget", url.Values{"sure": {"1"}})
	body = settle(t, s, v)
	form := fields(t, body, "/peer/trust")
	form.Set("sure", "1")
	post(t, v, "/peer/trust", form)
	want(t, settle(t, s, v), "The other router has no lvs.cf yet.")
}

func TestPeerSettings(t *testing.T) {
	_, _, v, r := newPair(t)
	for name, value := range map[string]string{
		"host": `lvs-02;reboot`, "port": "ssh", "user": "-l root", "config": "/etc/../shadow", "pulse": "/usr/sbin/pulse && reboot<b>",
	} {
		form := settingsOf(r)
		form.Set(name, value)
		resp, body := v.do(http.MethodPost, "/peer/settings", form)
		if resp.StatusCode != http.StatusUnprocessableEntity || strings.Count(body, `class="wrong"`) != 1 || strings.Contains(body, "<b>") {
			t.Errorf("%s=%s: %s, %d complaints", name, value, resp.Status, strings.Count(body, `class="wrong"`))
		}
		want(t, body, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value))
	}
	for _, path := range []string{"/peer/look", "/peer/push", "/peer/fetch", "/peer/key"} {
		if resp, _ := v.do(http.MethodPost, path, url.Values{"sure": {"1"}}); resp.StatusCode != http.StatusConflict {
			t.Errorf("%s before the settings: %s", path, resp.Status)
		}
	}
}

func TestPeerIdentity(t *testing.T) {
	s, _, v, r := newPair(t)
	connect(t, s, v, r)
	path := peer.IdentityPath(s.State)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	post(t, v, "/peer/look", url.Values{})
	want(t, settle(t, s, v), "own ssh key cannot be used", "mode 0644")
	was := readFile(t, path)
	post(t, v, "/peer/identity", url.Values{"sure": {"1"}})
	if readFile(t, path) == was {
		t.Error("it is the same key")
	}
	post(t, v, "/peer/look", url.Values{})
	want(t, settle(t, s, v), "the account does not take the console")
}

// TestPeerRoles: a viewer sees, an operator looks and pushes, and only an
// administrator sees and changes the way there.
func TestPeerRoles(t *testing.T) {
	s, _, v, r := newPair(t)
	connect(t, s, v, r)
	for _, role := range []store.Role{store.Viewer, store.Operator} {
		name := "a-" + string(role)
		if err := s.Store.AddUser(t.Context(), name, role, password); err != nil {
			t.Fatal(err)
		}
		u := visit(t, s.Handler())
		if resp, body := u.do(http.MethodPost, "/login", url.Values{"user": {name}, "password": {password}}); resp.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s\n%s", resp.Status, body)
		}
		_, body := u.get("/peer")
		if got := strings.Contains(body, "/peer/push"); got != (role == store.Operator) {
			t.Errorf("%s may push: %v", role, got)
		}
		if strings.Contains(body, "/peer/settings") || strings.Contains(body, "authorized_keys") || strings.Contains(body, "/peer/key") {
			t.Errorf("%s sees what is for administrators", role)
		}
		for _, path := range []string{"/peer/settings", "/peer/trust", "/peer/forget", "/peer/identity", "/peer/key"} {
			if resp, _ := u.do(http.MethodPost, path, url.Values{"sure": {"1"}}); resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s: %s", role, path, resp.Status)
			}
		}
	}
}
