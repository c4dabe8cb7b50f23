package web

import (
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"pacu/store"
	"pacu/web/text"
)

func TestClosed(t *testing.T) {
	state := t.TempDir()
	database := DatabasePath(state)
	if err := os.WriteFile(database+store.CopySuffix, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{State: state, Hostname: "lvs-01", Log: slog.New(slog.DiscardHandler), Secure: true}
	get := func(err error, method, path string, language text.Lang, from string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://lvs-01:3636"+path, nil)
		r.Header.Set("Accept-Language", string(language))
		if r.RemoteAddr = "192.0.2.9:1234"; from != "" {
			r.RemoteAddr = from
		}
		w := httptest.NewRecorder()
		Closed(o, err).ServeHTTP(w, r)
		return w
	}
	damaged := fmt.Errorf("open: %w: secret detail", store.ErrDamaged)
	for _, tt := range []struct {
		err     error
		want    store.Trouble
		restore bool
	}{
		{damaged, store.Damaged, true},
		{store.ErrNewer, store.Newer, true},
		{store.ErrRestoring, store.Busy, false},
		{os.ErrPermission, store.Denied, false},
		{errors.New("else"), "", true},
	} {
		for _, lang := range text.Langs {
			w := get(tt.err, http.MethodGet, "/monitoring", lang, "")
			body, words := html.UnescapeString(w.Body.String()), lang.Words().Trouble
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Refresh") == "" {
				t.Errorf("%v: status %d, %v", tt.err, w.Code, w.Header())
			}
			if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%v: no policy", tt.err)
			}
			if !strings.Contains(body, words.Why.Of(tt.want)) || strings.Contains(body, "secret detail") {
				t.Errorf("%v: %s", tt.err, body)
			}
			for _, line := range []string{"systemctl stop lvsgui\nlvsgui restore --state " + state + " " + database + ".good\nsystemctl start lvsgui", "/etc/init.d/lvsgui stop\n"} {
				if strings.Contains(body, line) != tt.restore {
					t.Errorf("%v: how to restore: %v, want %v: %s", tt.err, !tt.restore, tt.restore, body)
				}
			}
		}
	}
	if w := get(damaged, http.MethodPost, "/login", text.English, ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Refresh") != "" {
		t.Errorf("a login: %d, %v", w.Code, w.Header())
	}
	if w := get(damaged, http.MethodGet, "/static/pacu.svg", text.English, ""); w.Code != http.StatusOK {
		t.Errorf("the picture: %d", w.Code)
	}
	if w := get(damaged, http.MethodGet, "/?lang=zh", text.English, ""); w.Code != http.StatusSeeOther {
		t.Errorf("the language switch: %d", w.Code)
	}
	o.AllowFrom = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	if w := get(damaged, http.MethodGet, "/", text.English, ""); w.Code != http.StatusForbidden {
		t.Errorf("a client that is not served: %d", w.Code)
	}
}

func TestCertificateNote(t *testing.T) {
	words := text.English.Words()
	c, err := LoadCertificate(CertificatePath(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	from, until := c.Validity()
	for _, tt := range []struct {
		now  time.Time
		want CertificateState
		says string
	}{
		{from.Add(time.Minute), CertificateWell, ""},
		{from.Add(-time.Minute), CertificateEarly, "not valid before"},
		{until.Add(-time.Hour), CertificateEnding, "ends"},
		{until.Add(time.Second), CertificateEnded, "ended"},
	} {
		c.now = func() time.Time { return tt.now }
		if got := c.State(); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.now, got, tt.want)
		}
		if note := certificateNote(words, c); !strings.Contains(note, tt.says) || (note == "") != (tt.says == "") {
			t.Errorf("%v: %q", tt.now, note)
		}
	}
	if !c.Own() || !c.NotAfter().Equal(until) {
		t.Error("it is not the console's own")
	}
}

// A certificate that an operator puts in its place is taken without a restart;
// one that cannot be used is not.
func TestCertificateReloads(t *testing.T) {
	path := CertificatePath(t.TempDir())
	c, err := LoadCertificate(path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c.now = func() time.Time { now = now.Add(2 * reloadEvery); return now }
	serial := func() string {
		t.Helper()
		got, err := c.Get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.Leaf.SerialNumber.String()
	}
	first := serial()
	put := func(pem []byte) {
		t.Helper()
		if err := os.WriteFile(path+".next", pem, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".next", path); err != nil {
			t.Fatal(err)
		}
	}
	one, err := selfSigned(now)
	if err != nil {
		t.Fatal(err)
	}
	two, err := selfSigned(now)
	if err != nil {
		t.Fatal(err)
	}
	put([]byte("nonsense"))
	if serial() != first {
		t.Error("nonsense is taken")
	}
	key, _, _ := strings.Cut(string(one), "-----BEGIN CERTIFICATE")
	_, cert, _ := strings.Cut(string(two), "-----BEGIN CERTIFICATE")
	put([]byte(key + "-----BEGIN CERTIFICATE" + cert))
	if serial() != first {
		t.Error("a key of another certificate is taken")
	}
	if _, err := LoadCertificate(path); err == nil || !strings.Contains(err.Error(), "private key does not match") || !strings.Contains(err.Error(), path) {
		t.Errorf("at the start: %v", err)
	}
	put(one)
	if serial() == first {
		t.Error("the next certificate is not taken")
	}
}

func TestSpace(t *testing.T) {
	dir, fill, clear := smallDisk(t, "80m")
	now := time.Now()
	s := newSpace(slog.New(slog.DiscardHandler), dir, dir, "/nowhere")
	s.now = func() time.Time { now = now.Add(spaceEvery); return now }
	words := text.English.Words()
	if got := s.sentences(words); len(got) != 0 {
		t.Errorf("an empty disk: %q", got)
	}
	fill()
	if got := s.sentences(words); len(got) != 1 || !strings.Contains(got[0], "0 B are free on the disk of "+dir) {
		t.Errorf("a full disk: %q", got)
	}
	s.now = func() time.Time { return now }
	clear()
	if got := s.sentences(words); len(got) != 1 {
		t.Errorf("at once: %q", got)
	}
	now = now.Add(spaceEvery)
	if got := s.sentences(words); len(got) != 0 {
		t.Errorf("with room again: %q", got)
	}
}
