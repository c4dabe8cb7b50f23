package alert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/wneessen/go-mail"
)

// A mailer sends by SMTP (RFC 5321).
type mailer struct {
	Mail
	language Language
	roots    *x509.CertPool // nil: the system's
}

// send hands the mail to the server, which has taken it when this is nil. Where
// the server refuses some of the recipients for good, the others get it alone,
// and the error is a partlyError.
func (m mailer) send(ctx context.Context, a Alert) error {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	err := m.hand(ctx, a, m.To)
	var why *mail.SendError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &why) || why.ErrorCode() < 500:
	case why.Reason == mail.ErrSMTPDataClose:
		err = refusedError{err}
	case why.Reason == mail.ErrSMTPRcptTo && len(m.To) > 1:
		err = m.each(ctx, a, err)
	}
	return fmt.Errorf("mail server %s: %w", m.Host, err)
}

// each hands the mail to each recipient for himself, because of why. Where that
// may go better later it is to be sent to all again.
func (m mailer) each(ctx context.Context, a Alert, why error) error {
	taken := false
	for _, to := range m.To {
		err := m.hand(ctx, a, []string{to})
		var e *mail.SendError
		switch {
		case err == nil:
			taken = true
		case !errors.As(err, &e) || e.Reason != mail.ErrSMTPRcptTo || e.ErrorCode() < 500:
			return err
		}
	}
	if taken {
		return partlyError{why}
	}
	return why
}

// hand hands the mail for some recipients to the server.
func (m mailer) hand(ctx context.Context, a Alert, to []string) error {
	m.To = to
	msg, err := m.message(a)
	if err != nil {
		return err
	}
	c, err := mail.NewClient(m.Host, m.options()...)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	// Past the dialling, go-mail heeds its own deadlines alone.
	go func() {
		err := c.DialAndSendWithContext(ctx, msg)
		if msg.IsDelivered() {
			err = nil // the server has it, whatever it does afterwards
		}
		done <- err
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	return err
}

func (m mailer) options() []mail.Option {
	opts := []mail.Option{
		mail.WithPort(m.Port), mail.WithTimeout(sendLimit),
		mail.WithTLSConfig(&tls.Config{ServerName: m.Host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}),
	}
	switch m.TLS {
	case Implicit:
		opts = append(opts, mail.WithSSL())
	case Opportunistic:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case Plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	return opts
}

// message is a as a mail. Its Message-ID is a's ID: one that comes twice is
// seen to.
func (m mailer) message(a Alert) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.From); err != nil {
		return nil, fmt.Errorf("mail from %s: %w", m.From, err)
	}
	if err := msg.To(m.To...); err != nil {
		return nil, fmt.Errorf("mail to %s: %w", strings.Join(m.To, ", "), err)
	}
	msg.Subject(a.Subject(m.language))
	msg.SetMessageIDWithValue(fmt.Sprintf("pacu-%s@%s", identifier(a.ID), identifier(a.Router)))
	msg.SetDateWithValue(a.Time)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	msg.SetGenHeader("X-Pacu-Alert", identifier(a.ID))
	msg.SetBodyString(mail.TypeTextPlain, a.Text(m.language))
	return msg, nil
}

// identifier is s with nothing in it but letters, digits, "." and "-".
func identifier(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, s)
	if s = strings.Trim(s[:min(len(s), 100)], ".-"); s == "" {
		return "router"
	}
	return s
}
