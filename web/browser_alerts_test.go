package web

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"pacu/control"
	"pacu/store"
)

// TestBrowserAlerts sets alerts up as an administrator does, with a mistake on
// the way, and sends a test.
func TestBrowserAlerts(t *testing.T) {
	s, _ := newConsole(t, true)
	s.Alerts = &fakeAlerter{outcomes: []control.AlertOutcome{
		{Channel: "mail", To: "ops@example.com, noc@example.com", Took: control.Duration(212 * time.Millisecond)},
		{Channel: "webhook", To: "hooks.example.com", Error: "webhook hooks.example.com: it answers 403: unknown token", Took: control.Duration(time.Second)},
	}}
	b := openBrowser(t, s)
	b.LogIn("/users", "piranha", password)
	b.Press(`.pages a[href="/alerts"]`)
	b.Until(`location.pathname === '/alerts'`)
	views(b, "alerts")
	b.Tick(`input[name="mail.on"]`, true)
	b.Fill("#mail-host", "mail.example.com")
	b.Fill("#mail-from", "pacu@lvs-01.example.com")
	b.Fill("#mail-to", "Ops <ops@example.com>")
	b.Fill("#quiet-from", "22 Uhr")
	b.Fill("#quiet-to", "06:30")
	b.Press(`form[action="/alerts"] button.primary`)
	b.Until(`document.getElementById('mail-to-wrong')?.innerText.includes('Write mail addresses alone') && document.getElementById('quiet-from-wrong') !== null`)
	b.Check("alerts-wrong")
	b.Fill("#mail-to", "ops@example.com\nnoc@example.com")
	b.Fill("#quiet-from", "22:00")
	b.Tick(`input[name="webhook.on"]`, true)
	b.Fill("#webhook-url", "https://hooks.example.com/pacu")
	b.Fill("#webhook-secret", "a secret that signs")
	b.Press(`form[action="/alerts"] button.primary`)
	b.Until(says("The settings of alerts are saved."))

	body, err := json.Marshal(map[string]string{"title": "x"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	letters := make([]store.Letter, 12)
	for i := range letters {
		letters[i] = store.Letter{Channel: "webhook", Alert: body}
	}
	if _, err := s.Store.PutAlerts(ctx, []byte("{}"), letters); err != nil {
		t.Fatal(err)
	}
	l, _, _, err := s.Store.FirstAlert(ctx, "webhook")
	if err == nil {
		err = s.Store.AlertFailed(ctx, l, "webhook hooks.example.com: it answers 403: unknown token", time.Now().Add(5*time.Minute))
	}
	if err == nil {
		err = s.Store.AlertSent(ctx, store.Letter{Channel: "mail"})
	}
	if err != nil {
		t.Fatal(err)
	}
	b.Press(`form[action="/alerts/test"] button`)
	b.Until(`document.querySelector('.findings')?.innerText.includes('it answers 403')`)
	b.Check("alerts-tested")
	b.Open("/alerts")
	views(b, "alerts-set")
}
