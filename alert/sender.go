package alert

import (
	"context"
	"crypto/x509"
	"errors"
	"time"
)

// sendLimit bounds one sending, from looking up the name to the last answer.
const sendLimit = 30 * time.Second

// A sender sends one alert over a channel, within its limit. Where it returns
// nil the receiver has taken it, as far as the channel can tell.
type sender interface {
	send(ctx context.Context, a Alert) error
}

// A refusedError means that the receiver is well, and does not take this alert
// for what it is.
type refusedError struct{ error }

func (e refusedError) Unwrap() error { return e.error }

// A partlyError means that some of the recipients have the alert, and others
// never will.
type partlyError struct{ error }

func (e partlyError) Unwrap() error { return e.error }

var errOff = errors.New("the channel is switched off")

// sender is the one for channel as s has it.
func (s Settings) sender(channel string, roots *x509.CertPool) sender {
	switch {
	case !s.On(channel):
	case channel == MailChannel:
		return mailer{s.Mail, s.Language, roots}
	case channel == WebhookChannel:
		return poster{s.Webhook, roots}
	case channel == SyslogChannel:
		return syslogger{s.Syslog, roots}
	}
	return off{}
}

type off struct{}

func (off) send(context.Context, Alert) error { return errOff }
