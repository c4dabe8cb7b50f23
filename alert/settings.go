package alert

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// A Language is one that mail is written in.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Rules say what a Machine tells, and when.
type Rules struct {
	Off       map[Kind]bool `json:"off,omitempty"` // kinds that are not told
	Quiet     Quiet         `json:"quiet,omitzero"`
	Through   bool          `json:"through"`    // severe ones are sent in quiet hours
	PerMinute int           `json:"per_minute"` // alerts at most; 0: 20
}

// DefaultPerMinute is how many alerts are sent in a minute at most.
const DefaultPerMinute = 20

func (r Rules) perMinute() int {
	if r.PerMinute <= 0 {
		return DefaultPerMinute
	}
	return r.PerMinute
}

// The channels.
const (
	MailChannel    = "mail"
	WebhookChannel = "webhook"
	SyslogChannel  = "syslog"
)

// Channels are all of them.
var Channels = []string{MailChannel, WebhookChannel, SyslogChannel}

// Settings are all that an administrator chooses. Secrets are in it.
type Settings struct {
	Rules
	Language Language `json:"language"`
	Mail     Mail     `json:"mail,omitzero"`
	Webhook  Webhook  `json:"webhook,omitzero"`
	Syslog   Syslog   `json:"syslog,omitzero"`
}

// Default are the settings of a console that nobody has told where to send.
func Default() Settings {
	return Settings{
		Rules: Rules{Through: true, PerMinute: DefaultPerMinute}, Language: English,
		Mail: Mail{Port: 587, TLS: StartTLS}, Syslog: Syslog{Network: UDP},
	}
}

// On reports whether channel is used.
func (s Settings) On(channel string) bool {
	switch channel {
	case MailChannel:
		return s.Mail.On
	case WebhookChannel:
		return s.Webhook.On
	case SyslogChannel:
		return s.Syslog.On
	}
	return false
}

// A TLSMode is how mail is kept secret on its way.
type TLSMode string

// The modes of mail.
const (
	StartTLS      TLSMode = "starttls"      // RFC 3207; without it nothing is sent
	Opportunistic TLSMode = "opportunistic" // where the server offers it
	Implicit      TLSMode = "tls"           // from the first byte, RFC 8314
	Plain         TLSMode = "none"          // to this host alone
)

// Mail is where mail goes.
type Mail struct {
	On       bool     `json:"on,omitempty"`
	Host     string   `json:"host,omitempty"`
	Port     int      `json:"port"`
	TLS      TLSMode  `json:"tls"`
	User     string   `json:"user,omitempty"` // empty: no login
	Password string   `json:"password,omitempty"`
	From     string   `json:"from,omitempty"`
	To       []string `json:"to,omitempty"`
}

// A Webhook is whom alerts are posted to.
type Webhook struct {
	On     bool   `json:"on,omitempty"`
	URL    string `json:"url,omitempty"`
	Secret string `json:"secret,omitempty"` // of the signature
}

// Networks that syslog goes by.
const (
	UDP  = "udp"  // RFC 5426
	TCP  = "tcp"  // RFC 6587, 3.4.1: octet counting
	TLS  = "tls"  // RFC 5425
	Unix = "unix" // a datagram socket, as /dev/log
)

// Syslog is where messages of RFC 5424 go.
type Syslog struct {
	On      bool   `json:"on,omitempty"`
	Network string `json:"network"`
	Address string `json:"address,omitempty"` // host:port, or the socket's path
}

// What may be wrong with settings; each begins with the field's name.
const maxRecipients = 20

// A FieldError is what is wrong with one field.
type FieldError struct {
	Field string // mail.host, webhook.url, ...
	Why   error
}

// Error names the field.
func (e FieldError) Error() string { return e.Field + ": " + e.Why.Error() }

// Unwrap is the reason.
func (e FieldError) Unwrap() error { return e.Why }

// Why a field is refused.
var (
	ErrMissing   = errors.New("is missing")
	ErrClock     = errors.New("is no time of day, as 22:00")
	ErrRange     = errors.New("is out of range")
	ErrHost      = errors.New("is no name or address of a host")
	ErrMail      = errors.New("is no mail address")
	ErrMany      = fmt.Errorf("are more than %d", maxRecipients)
	ErrPlainMail = errors.New("only mail to this host goes without TLS")
	ErrPlainAuth = errors.New("a password goes only over TLS")
	ErrURL       = errors.New("is no address of a web page, as https://host/path")
	ErrSecret    = errors.New("is 16 to 200 characters")
	ErrAddress   = errors.New("is no host:port")
	ErrPath      = errors.New("is no path")
	ErrChoice    = errors.New("is none of the choices")
)

// Check returns what is wrong, one for each field.
func (s Settings) Check() []FieldError {
	var bad []FieldError
	add := func(field string, why error) { bad = append(bad, FieldError{field, why}) }
	if (s.Quiet.From == "") != (s.Quiet.To == "") {
		add("quiet.to", ErrMissing)
	}
	for field, v := range map[string]string{"quiet.from": s.Quiet.From, "quiet.to": s.Quiet.To} {
		if _, err := parseClock(v); v != "" && err != nil {
			add(field, ErrClock)
		}
	}
	if s.PerMinute < 1 || s.PerMinute > 600 {
		add("per_minute", ErrRange)
	}
	if s.Language != English && s.Language != Chinese {
		add("language", ErrChoice)
	}
	s.Mail.check(add)
	s.Webhook.check(add)
	s.Syslog.check(add)
	return bad
}

func (m Mail) check(add func(string, error)) {
	if m.Host != "" && !isHost(m.Host) {
		add("mail.host", ErrHost)
	}
	if m.Port < 1 || m.Port > 65535 {
		add("mail.port", ErrRange)
	}
	switch m.TLS {
	case StartTLS, Implicit:
	case Opportunistic, Plain:
		if m.User != "" && !isLoopback(m.Host) {
			add("mail.tls", ErrPlainAuth)
		} else if m.TLS == Plain && m.Host != "" && !isLoopback(m.Host) {
			add("mail.tls", ErrPlainMail)
		}
	default:
		add("mail.tls", ErrChoice)
	}
	if m.From != "" && !isMail(m.From) {
		add("mail.from", ErrMail)
	}
	for _, to := range m.To {
		if !isMail(to) {
			add("mail.to", ErrMail)
			break
		}
	}
	if len(m.To) > maxRecipients {
		add("mail.to", ErrMany)
	}
	if m.On {
		for field, missing := range map[string]bool{"mail.host": m.Host == "", "mail.from": m.From == "", "mail.to": len(m.To) == 0} {
			if missing {
				add(field, ErrMissing)
			}
		}
	}
}

func (w Webhook) check(add func(string, error)) {
	if w.URL != "" {
		u, err := url.Parse(w.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(w.URL) > 2000 {
			add("webhook.url", ErrURL)
		}
	}
	if w.Secret != "" && (len(w.Secret) < 16 || len(w.Secret) > 200) {
		add("webhook.secret", ErrSecret)
	}
	if w.On && w.URL == "" {
		add("webhook.url", ErrMissing)
	}
	if w.On && w.Secret == "" {
		add("webhook.secret", ErrMissing)
	}
}

func (s Syslog) check(add func(string, error)) {
	switch s.Network {
	case UDP, TCP, TLS:
		if host, port, err := net.SplitHostPort(s.Address); s.Address != "" {
			if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 1 || n > 65535 || !isHost(host) {
				add("syslog.address", ErrAddress)
			}
		}
	case Unix:
		if s.Address != "" && (!strings.HasPrefix(s.Address, "/") || len(s.Address) > 107 || !printable(s.Address)) {
			add("syslog.address", ErrPath)
		}
	default:
		add("syslog.network", ErrChoice)
	}
	if s.On && s.Address == "" {
		add("syslog.address", ErrMissing)
	}
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}

func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
}

func isLoopback(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	return host == "localhost"
}

// isMail reports whether s is a bare address, without a name, and nothing that
// could end a line.
func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && printable(s)
}
