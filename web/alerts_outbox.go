package web

import (
	"context"
	"time"

	"pacu/alert"
	"pacu/store"
)

// alertSettings is the setting that has the alert.Settings.
const alertSettings = "alert settings"

// AlertSettings reads what administrators chose on the page ALERTS.
func AlertSettings(st *store.Store) func(context.Context) (alert.Settings, error) {
	return func(ctx context.Context) (alert.Settings, error) {
		s := alert.Default()
		_, err := st.Setting(ctx, alertSettings, &s)
		return s, err
	}
}

// AlertOutbox is the outbox of alerts in the console's database.
func AlertOutbox(st *store.Store) alert.Outbox { return outbox{st} }

type outbox struct{ store *store.Store }

func (o outbox) Memory(ctx context.Context) ([]byte, error) { return o.store.AlertMemory(ctx) }

func (o outbox) Put(ctx context.Context, memory []byte, letters []alert.Letter) (int64, error) {
	list := make([]store.Letter, len(letters))
	for i, l := range letters {
		list[i] = store.Letter(l)
	}
	return o.store.PutAlerts(ctx, memory, list)
}

func (o outbox) First(ctx context.Context, channel string) (alert.Letter, bool, int64, error) {
	l, ok, dropped, err := o.store.FirstAlert(ctx, channel)
	return alert.Letter(l), ok, dropped, err
}

func (o outbox) Sent(ctx context.Context, l alert.Letter) error {
	return o.store.AlertSent(ctx, store.Letter(l))
}

func (o outbox) Failed(ctx context.Context, l alert.Letter, why string, due time.Time) error {
	return o.store.AlertFailed(ctx, store.Letter(l), why, due)
}

func (o outbox) Hurry(ctx context.Context, channel string) error {
	return o.store.HurryAlerts(ctx, channel)
}

func (o outbox) Forget(ctx context.Context, channel string) error {
	return o.store.ForgetAlerts(ctx, channel)
}
