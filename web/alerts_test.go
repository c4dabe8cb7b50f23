package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/alert"
	"pacu/control"
	"pacu/store"
)

// A fakeAlerter sends nothing.
type fakeAlerter struct {
	mu       sync.Mutex
	changed  int
	tested   int
	outcomes []control.AlertOutcome
}

func (f *fakeAlerter) Changed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed++
}

func (f *fakeAlerter) Test(context.Context, string) []control.AlertOutcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tested++
	return f.outcomes
}

// alertForm is a form of ALERTS as an administrator would send it.
func alertForm() url.Values {
	return url.Values{
		"kind": {"server", "role", "pulse"}, "quiet.from": {"22:00"}, "quiet.to": {"06:30"}, "through": {"1"}, "per_minute": {"10"}, "language": {"zh"},
		"mail.on": {"1"}, "mail.host": {"mail.example.com"}, "mail.port": {"587"}, "mail.tls": {"starttls"}, "mail.user": {"pacu"}, "mail.password": {"mail password"},
		"mail.from": {"pacu@example.com"}, "mail.to": {"ops@example.com\r\nnoc@example.com"},
		"webhook.on": {"1"}, "webhook.url": {"https://hooks.example.com/x/PATHTOKEN"}, "webhook.secret": {"webhook secret 123"},
		"syslog.network": {"udp"},
	}
}

func TestAlertSettings(t *testing.T) {
	s, _ := newConsole(t, true)
	f := &fakeAlerter{}
	s.Alerts = f
	v := visit(t, s.Handler())
	v.loginAs("piranha", password)
	resp, body := v.do("POST", "/alerts", alertForm())
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/alerts" {
		t.Fatalf("save: %d %s", resp.StatusCode, body)
	}
	got, err := AlertSettings(s.Store)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := alert.Settings{
		Rules: alert.Rules{Off: map[alert.Kind]bool{}, Quiet: alert.Quiet{From: "22:00", To: "06:30"}, Through: true, PerMinute: 10}, Language: alert.Chinese,
		Mail: alert.Mail{
			On: true, Host: "mail.example.com", Port: 587, TLS: alert.StartTLS, User: "pacu", Password: "mail password",
			From: "pacu@example.com", To: []string{"ops@example.com", "noc@example.com"},
		},
		Webhook: alert.Webhook{On: true, URL: "https://hooks.example.com/x/PATHTOKEN", Secret: "webhook secret 123"},
		Syslog:  alert.Syslog{Network: alert.UDP},
	}
	for _, k := range alert.Kinds {
		if k != alert.Server && k != alert.Role && k != alert.Pulse {
			want.Off[k] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if f.changed != 1 {
		t.Errorf("the alerter was told %d times", f.changed)
	}

	// Secrets are not shown, not in the audit, and stay where none is typed.
	_, page := v.get("/alerts")
	entries, err := s.Store.Audit(t.Context(), store.AuditQuery{What: "alerts"})
	if err != nil || len(entries) != 1 {
		t.Fatalf("audit %v, %v", entries, err)
	}
	for _, secret := range []string{"mail password", "webhook secret 123"} {
		if strings.Contains(page, secret) || strings.Contains(entries[0].Before+entries[0].After, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if strings.Contains(entries[0].After, "PATHTOKEN") || !strings.Contains(page, "One is kept, and not shown.") {
		t.Errorf("the webhook's path is in the audit, or the page does not say that a secret is kept")
	}
	form := alertForm()
	form.Set("mail.password", "")
	form.Set("webhook.secret", "")
	if resp, body := v.do("POST", "/alerts", form); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("save again: %d %s", resp.StatusCode, body)
	}
	if got, err = AlertSettings(s.Store)(t.Context()); err != nil || got.Mail.Password != "mail password" || got.Webhook.Secret != "webhook secret 123" {
		t.Errorf("secrets are lost: %+v, %v", got, err)
	}

	// A password does not go to another server because somebody changed its name.
	form.Set("mail.host", "evil.example.com")
	if resp, body := v.do("POST", "/alerts", form); resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "Type the password again") {
		t.Errorf("another server: %d", resp.StatusCode)
	}
}

// TestAlertMistakes: each is named beside its field, what was typed stays, and
// nothing is saved.
func TestAlertMistakes(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.loginAs("piranha", password)
	for name, c := range map[string]struct{ field, typed, id, says string }{
		"no server":            {"mail.host", "", "mail-host", "This is needed."},
		"a strange server":     {"mail.host", "mail example", "mail-host", "This is no name or address of a host."},
		"a port in letters":    {"mail.port", "smtp", "mail-port", "This number is out of range."},
		"a large port":         {"mail.port", "65536", "mail-port", "This number is out of range."},
		"a password in clear":  {"mail.tls", "opportunistic", "mail-tls", "A password is sent over TLS only"},
		"no such TLS":          {"mail.tls", "ssl3", "mail-tls", "Choose one of these."},
		"a header in from":     {"mail.from", "a@example.com\r\nBcc: b@example.com", "mail-from", "Write mail addresses alone"},
		"a name in to":         {"mail.to", "Ops <ops@example.com>", "mail-to", "Write mail addresses alone"},
		"many":                 {"mail.to", strings.Repeat("a@example.com\n", 21), "mail-to", "At most 20 addresses."},
		"a file":               {"webhook.url", "file:///etc/passwd", "webhook-url", "Write an address, as https://"},
		"a password in a URL":  {"webhook.url", "https://a:b@example.com/", "webhook-url", "Write an address, as https://"},
		"a short secret":       {"webhook.secret", "short", "webhook-secret", "The secret has 16 to 200 characters."},
		"half a night":         {"quiet.to", "", "quiet-to", "This is needed."},
		"a strange night":      {"quiet.from", "25:00", "quiet-from", "Write a time of day, as 22:00."},
		"none a minute":        {"per_minute", "0", "per_minute", "This number is out of range."},
		"a language of others": {"language", "fr", "language", "Choose one of these."},
		"a strange network":    {"syslog.network", "carrier pigeon", "syslog-network", "Choose one of these."},
		"no port of syslog":    {"syslog.address", "logs.example.com", "syslog-address", "Write host:port"},
	} {
		t.Run(name, func(t *testing.T) {
			form := alertForm()
			form.Set(c.field, c.typed)
			resp, body := v.do("POST", "/alerts", form)
			if resp.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("%d", resp.StatusCode)
			}
			_, after, found := strings.Cut(body, `id="`+c.id+`-wrong"`)
			if !found || !strings.Contains(after[:min(200, len(after))], c.says) {
				t.Errorf("beside %s: %q", c.id, after[:min(200, len(after))])
			}
			if !strings.Contains(body, "pacu@example.com") && c.field != "mail.from" {
				t.Error("what was typed is gone")
			}
			if strings.Contains(body, "mail password") {
				t.Error("a password is sent back")
			}
			if got, err := AlertSettings(s.Store)(t.Context()); err != nil || got.Mail.On {
				t.Errorf("saved: %+v, %v", got, err)
			}
		})
	}
}

func TestAlertTest(t *testing.T) {
	s, _ := newConsole(t, true)
	f := &fakeAlerter{outcomes: []control.AlertOutcome{{Channel: "mail", To: "ops@example.com"}, {Channel: "webhook", Error: "it answers <500>"}}}
	s.Alerts = f
	v := visit(t, s.Handler())
	v.loginAs("piranha", password)
	if resp, _ := v.do("POST", "/alerts/test", url.Values{}); resp.StatusCode != http.StatusSeeOther || f.tested != 1 {
		t.Fatalf("test: %d, %d sent", resp.StatusCode, f.tested)
	}
	_, body := v.get("/alerts")
	if !strings.Contains(body, "ops@example.com") || !strings.Contains(body, "it answers &lt;500&gt;") {
		t.Error("the page does not say what became of it")
	}
	if _, body = v.get("/alerts"); strings.Contains(body, "it answers") {
		t.Error("it is shown twice")
	}
	f.outcomes = nil
	v.do("POST", "/alerts/test", url.Values{})
	if _, body = v.get("/alerts"); !strings.Contains(body, "No channel is on") {
		t.Error("the page does not say that nothing was sent")
	}
}
