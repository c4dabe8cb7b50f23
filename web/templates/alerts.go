package templates

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"pacu/alert"
	"pacu/control"
	"pacu/store"
	"pacu/web/text"
)

// AlertsPath is where ALERTS is.
const AlertsPath = "/alerts"

// An AlertsPage is what ALERTS shows.
type AlertsPage struct {
	Form     AlertForm
	Channels []store.ChannelState
	CanTest  bool
	Tested   bool // Outcomes are of a test just done
	Outcomes []control.AlertOutcome
	Wrong    Complaints
}

// An AlertForm is the settings as they are typed. Secrets are never in it.
type AlertForm struct {
	On        map[alert.Kind]bool
	QuietFrom string
	QuietTo   string
	Through   bool
	PerMinute string
	Language  string

	MailOn                                          bool
	MailHost, MailPort, MailTLS, MailUser, From, To string
	HasPassword                                     bool
	WebhookOn                                       bool
	URL                                             string
	HasSecret                                       bool
	SyslogOn                                        bool
	Network, Address                                string
	password, secret                                string // typed anew
}

// AlertsOf are settings as a form.
func AlertsOf(s alert.Settings) AlertForm {
	f := AlertForm{
		On: map[alert.Kind]bool{}, QuietFrom: s.Quiet.From, QuietTo: s.Quiet.To, Through: s.Through,
		PerMinute: strconv.Itoa(s.PerMinute), Language: string(s.Language),
		MailOn: s.Mail.On, MailHost: s.Mail.Host, MailPort: strconv.Itoa(s.Mail.Port), MailTLS: string(s.Mail.TLS), MailUser: s.Mail.User,
		From: s.Mail.From, To: strings.Join(s.Mail.To, "\n"), HasPassword: s.Mail.Password != "",
		WebhookOn: s.Webhook.On, URL: s.Webhook.URL, HasSecret: s.Webhook.Secret != "",
		SyslogOn: s.Syslog.On, Network: s.Syslog.Network, Address: s.Syslog.Address,
	}
	for _, k := range alert.Kinds {
		f.On[k] = !s.Off[k]
	}
	return f
}

// AlertFormOf is what a browser sent.
func AlertFormOf(v url.Values) AlertForm {
	word := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	f := AlertForm{
		On: map[alert.Kind]bool{}, QuietFrom: word("quiet.from"), QuietTo: word("quiet.to"), Through: v.Get("through") == "1",
		PerMinute: word("per_minute"), Language: word("language"),
		MailOn: v.Get("mail.on") == "1", MailHost: word("mail.host"), MailPort: word("mail.port"), MailTLS: word("mail.tls"), MailUser: word("mail.user"),
		From: word("mail.from"), To: v.Get("mail.to"), password: v.Get("mail.password"),
		WebhookOn: v.Get("webhook.on") == "1", URL: word("webhook.url"), secret: word("webhook.secret"),
		SyslogOn: v.Get("syslog.on") == "1", Network: word("syslog.network"), Address: word("syslog.address"),
	}
	for _, k := range alert.Kinds {
		f.On[k] = slices.Contains(v["kind"], string(k))
	}
	return f
}

// Settings are those of the form, with the secrets of was where none was typed,
// and what is wrong with them.
func (f AlertForm) Settings(t *text.Words, was alert.Settings) (alert.Settings, Complaints) {
	s := alert.Settings{
		Rules:    alert.Rules{Off: map[alert.Kind]bool{}, Quiet: alert.Quiet{From: f.QuietFrom, To: f.QuietTo}, Through: f.Through},
		Language: alert.Language(f.Language),
		Mail: alert.Mail{
			On: f.MailOn, Host: f.MailHost, TLS: alert.TLSMode(f.MailTLS), User: f.MailUser, Password: f.password, From: f.From,
			To: strings.FieldsFunc(f.To, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }),
		},
		Webhook: alert.Webhook{On: f.WebhookOn, URL: f.URL, Secret: f.secret},
		Syslog:  alert.Syslog{On: f.SyslogOn, Network: f.Network, Address: f.Address},
	}
	for k, on := range f.On {
		if !on {
			s.Off[k] = true
		}
	}
	wrong := Complaints{}
	number := func(typed string) int {
		n, err := strconv.Atoi(typed)
		if err != nil {
			n = -1 // which no field takes
		}
		return n
	}
	s.Mail.Port, s.PerMinute = number(f.MailPort), number(f.PerMinute)
	if s.Webhook.Secret == "" {
		s.Webhook.Secret = was.Webhook.Secret
	}
	same := s.Mail.Host == was.Mail.Host && s.Mail.Port == was.Mail.Port && s.Mail.User == was.Mail.User && s.Mail.TLS == was.Mail.TLS
	switch {
	case s.Mail.User == "":
		s.Mail.Password = ""
	case s.Mail.Password == "" && same:
		s.Mail.Password = was.Mail.Password
	case s.Mail.Password == "" && was.Mail.Password != "":
		// Else a password could be had by sending it to a server of one's own.
		wrong["mail.password"] = t.Alerts.PasswordAgain
	}
	for _, e := range s.Check() {
		if wrong[e.Field] == "" {
			wrong[e.Field] = complaint(t, e)
		}
	}
	return s, wrong
}

// complaint says in words what is wrong with a field.
func complaint(t *text.Words, e alert.FieldError) string {
	for err, words := range map[error]string{
		alert.ErrMissing: t.Alerts.Missing, alert.ErrClock: t.Alerts.BadClock, alert.ErrRange: t.Alerts.BadRange, alert.ErrHost: t.Alerts.BadHost,
		alert.ErrMail: t.Alerts.BadMail, alert.ErrMany: t.Alerts.TooMany, alert.ErrPlainMail: t.Alerts.PlainMail, alert.ErrPlainAuth: t.Alerts.PlainAuth,
		alert.ErrURL: t.Alerts.BadURL, alert.ErrSecret: t.Alerts.BadSecret, alert.ErrAddress: t.Alerts.BadAddress, alert.ErrPath: t.Alerts.BadPath,
		alert.ErrChoice: t.Alerts.BadChoice,
	} {
		if errors.Is(e, err) {
			return words
		}
	}
	return e.Error()
}

// AlertsInWords are settings for the audit, without secrets.
func AlertsInWords(s alert.Settings) string {
	for _, secret := range []*string{&s.Mail.Password, &s.Webhook.Secret} {
		if *secret != "" {
			*secret = "..."
		}
	}
	if u, err := url.Parse(s.Webhook.URL); err == nil && s.Webhook.URL != "" {
		s.Webhook.URL = u.Scheme + "://" + u.Host + "/..." // its path may be one
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// alertField is an input of ALERTS; it may be empty.
func alertField(wrong Complaints, name, label, value, hint string, max int) field {
	id := strings.ReplaceAll(name, ".", "-")
	return field{ID: id, Name: name, Label: label, Value: value, Type: "text", Fill: "off", Max: max, Hint: hint, Wrong: wrong[name], Optional: true, More: templ.Attributes{"spellcheck": "false"}}
}

// alertSecret is one for a secret, which is never sent back.
func alertSecret(wrong Complaints, name, label, hint string, max int) field {
	f := alertField(wrong, name, label, "", hint, max)
	f.Type, f.Fill = "password", "new-password"
	return f
}

// channelName is what people call a channel.
func channelName(t *text.Words, channel string) string {
	switch channel {
	case alert.MailChannel:
		return t.Alerts.Mail
	case alert.WebhookChannel:
		return t.Alerts.Webhook
	default:
		return t.Alerts.Syslog
	}
}

func (f AlertForm) on(channel string) bool {
	switch channel {
	case alert.MailChannel:
		return f.MailOn
	case alert.WebhookChannel:
		return f.WebhookOn
	default:
		return f.SyslogOn
	}
}

// kindWords are what people call a kind of alert.
func kindWords(t *text.Words, k alert.Kind) string {
	a := &t.Alerts
	return map[alert.Kind]string{
		alert.Pulse: a.KindPulse, alert.SplitBrain: a.KindSplitBrain, alert.NoServer: a.KindNoServer, alert.Role: a.KindRole,
		alert.Partner: a.KindPartner, alert.Fitness: a.KindFitness, alert.Server: a.KindServer, alert.Config: a.KindConfig,
		alert.Drift: a.KindDrift, alert.Nanny: a.KindNanny, alert.Certificate: a.KindCertificate, alert.Disk: a.KindDisk,
	}[k]
}

// alertChoice is an option of a select.
type alertChoice struct{ value, words string }

func tlsChoices(t *text.Words) []alertChoice {
	a := &t.Alerts
	return []alertChoice{{string(alert.StartTLS), a.TLSStart}, {string(alert.Implicit), a.TLSImplicit}, {string(alert.Opportunistic), a.TLSMaybe}, {string(alert.Plain), a.TLSNone}}
}

func networkChoices(t *text.Words) []alertChoice {
	return []alertChoice{{alert.UDP, "UDP (RFC 5426)"}, {alert.TCP, "TCP (RFC 6587)"}, {alert.TLS, "TLS (RFC 5425)"}, {alert.Unix, t.Alerts.UnixSocket}}
}

func languageChoices() []alertChoice {
	var out []alertChoice
	for _, l := range text.Langs {
		out = append(out, alertChoice{string(l), l.Name()})
	}
	return out
}

// kept is the hint of a secret: that one is there, and how it stays.
func kept(p Page, has bool, hint string) string {
	if !has {
		return hint
	}
	if hint != "" && p.Lang == text.English {
		hint += " "
	}
	return hint + p.T().Alerts.Kept
}
